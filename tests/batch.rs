//! `azrbac can --batch` as a stream: order, promptness, and lines that cannot be answered.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const VM_START: &str = "Microsoft.Compute/virtualMachines/start/action";

fn line(principal: &str) -> String {
    format!(
        r#"{{"principal": "{principal}@contoso.example", "operation": "{VM_START}", "scope": "rg-ai"}}"#
    )
}

fn start() -> (Child, ChildStdin, ChildStdout) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_azrbac"))
        .args(["can", "--batch", "-", "--brief", "-q"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let input = child.stdin.take().expect("a pipe");
    let output = child.stdout.take().expect("a pipe");
    (child, input, output)
}

/// Every answer to an input, and the exit status.
fn answers(input: Vec<u8>) -> (Vec<String>, Option<i32>) {
    let (mut child, mut pipe, mut output) = start();
    let writer = std::thread::spawn(move || pipe.write_all(&input));
    let mut text = String::new();
    output.read_to_string(&mut text).expect("answers are UTF-8");
    writer.join().expect("no panic").expect("it is read to the end");
    let status = child.wait().expect("it ends").code();
    (text.lines().map(str::to_string).collect(), status)
}

const YES: &str = r#"{"version":1,"outcome":"allowed","effective":"allowed","via":"rbac"}"#;
const NO: &str = r#"{"version":1,"outcome":"not-allowed","effective":"not-allowed","via":"none"}"#;

#[test]
fn a_program_that_asks_one_line_at_a_time_is_answered_each_time() {
    let (mut child, mut input, output) = start();
    let mut output = BufReader::new(output);
    for round in 0..3 {
        let (asked, expected) = if round % 2 == 0 { ("owner", YES) } else { ("reader", NO) };
        // The line comes in two parts.
        let line = line(asked);
        let (first, second) = line.split_at(30);
        input.write_all(first.as_bytes()).expect("it listens");
        input.flush().expect("it listens");
        writeln!(input, "{second}").expect("it listens");
        let mut answer = String::new();
        output.read_line(&mut answer).expect("it answers before the input ends");
        assert_eq!(answer.trim_end(), expected);
    }
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn answers_come_in_the_order_of_the_questions() {
    let count = 5_000;
    let text: String = (0..count)
        .map(|number| match number % 7 {
            0 => line("owner") + "\n",
            3 => "{\n".to_string(),
            5 => format!("{}\r\n\n", line("reader")),
            _ => line("reader") + "\n",
        })
        .collect();
    let lines: Vec<&str> = text.lines().collect();
    let asked: Vec<usize> = (0..lines.len()).filter(|at| !lines[*at].trim().is_empty()).collect();
    let (answers, status) = answers(text.clone().into_bytes());
    assert_eq!(status, Some(2), "some lines are no questions");
    assert_eq!(answers.len(), asked.len());
    for (answer, at) in answers.iter().zip(asked) {
        match lines[at] {
            "{" => {
                let place = format!(r#""line":{},"#, at + 1);
                assert!(answer.contains(&place), "{answer} at {}", at + 1);
            }
            line if line.contains("owner") => assert_eq!(answer, YES),
            _ => assert_eq!(answer, NO),
        }
    }
}

#[test]
fn a_line_that_cannot_be_read_is_that_lines_error() {
    let mut input = b"\xef\xbb\xbf".to_vec();
    input.extend_from_slice(line("owner").as_bytes());
    input.extend_from_slice(b"\n\xff\xfe\n");
    input.extend_from_slice(&vec![b'x'; 17 * 1024 * 1024]);
    input.push(b'\n');
    input.extend_from_slice(b"{\"principal\": 7}\n");
    // The last line has no end.
    input.extend_from_slice(line("reader").as_bytes());
    let (answers, status) = answers(input);
    assert_eq!(status, Some(2));
    assert_eq!(answers.len(), 5, "{answers:?}");
    assert_eq!((&*answers[0], &*answers[4]), (YES, NO));
    for (at, words) in [(1, "not UTF-8"), (2, "a line of more than 16777216 bytes")] {
        assert!(answers[at].contains(words), "{}", answers[at]);
        assert!(answers[at].contains(&format!(r#""line":{},"#, at + 1)), "{}", answers[at]);
    }
    assert!(answers[3].contains(r#""line":4,"#), "{}", answers[3]);
}

#[test]
fn utf_16_is_refused_as_a_whole() {
    let (answers, status) = answers(b"\xff\xfe{\0}\0\n\0".to_vec());
    assert!(answers.is_empty());
    assert_eq!(status, Some(2));
}
