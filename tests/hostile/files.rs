//! Files that loop, break off, cannot be read, do not end.

use crate::support::{ANN, READ, SUBSCRIPTION, ask, assignment, folder, judge_words, run};
use std::path::Path;

#[cfg(unix)]
#[test]
fn links_in_a_loop_and_files_that_cannot_be_read() {
    let folder = folder("links");
    let inner = folder.join("tenant");
    std::fs::create_dir_all(inner.join("deeper")).expect("a folder");
    let good = format!("[{}]", assignment(1, SUBSCRIPTION, ""));
    std::fs::write(inner.join("good.json"), good).expect("a file");
    std::os::unix::fs::symlink("..", inner.join("deeper/up")).expect("a link");
    std::os::unix::fs::symlink("nowhere.json", inner.join("broken.json")).expect("a link");
    let (status, said) = ask(&folder, &["tenant"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("passed over"), "{said}");
    // A file that can be opened and not read: what it could have held is a gap, and the good one counts.
    if Path::new("/proc/self/mem").exists() {
        std::os::unix::fs::symlink("/proc/self/mem", inner.join("memory.json")).expect("a link");
        let (status, said) = ask(&folder, &["tenant"]);
        assert!(said.contains("memory.json") && said.contains("failed"), "{said}");
        assert!(status == 3 && said.contains("good.json:1"), "{said}");
    }
}

/// What is there of an export that was cut off is read.
#[test]
fn a_file_without_its_end() {
    let good = assignment(1, SUBSCRIPTION, "");
    let text = format!("[{good},\n{}", &assignment(2, SUBSCRIPTION, "")[..100]);
    let folder = folder("cut-off");
    std::fs::write(folder.join("cut.json"), text).expect("a file");
    let (status, said) = ask(&folder, &["cut.json"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("cut.json:2"), "{said}");
}

/// A file that loses its end while it is read, at one moment or another: what was there is read, or it is
/// told where it breaks off; neither a crash nor a yes that rests on what is gone.
#[test]
fn a_file_that_shrinks_while_it_is_read() {
    let folder = folder("shrinks");
    let path = folder.join("shrinks.json");
    let entries: Vec<String> = (0..20_000).map(|n| assignment(n, SUBSCRIPTION, "")).collect();
    let text = format!("[{}]", entries.join(",\n"));
    let (mut whole, mut cut) = (0, 0);
    for round in 0..8 {
        std::fs::write(&path, &text).expect("a file");
        // Opened for writing ahead, so that cutting is one call at its moment.
        let file = std::fs::OpenOptions::new().write(true).open(&path).expect("the file");
        let shrinking = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(4 * round));
            file.set_len(1_000).expect("a shorter file");
        });
        let arguments = ["-t", "shrinks.json", "can", ANN, READ, SUBSCRIPTION];
        let found = run(&folder, &arguments);
        shrinking.join().expect("the thread ends");
        let mut said = String::new();
        judge_words(&arguments, &found, &mut said);
        let complete = !said.contains("the file ends in the middle of");
        assert_eq!(found.status.code(), Some(0), "the first entry is there in any case: {said}");
        *(if complete { &mut whole } else { &mut cut }) += 1;
    }
    assert!(whole + cut == 8 && cut > 0, "{whole} {cut}");
}

/// A file without permission, where permission counts (it does not for root).
#[cfg(unix)]
#[test]
fn a_file_without_permission_among_good_ones() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder("permission");
    let inner = folder.join("tenant");
    std::fs::create_dir_all(&inner).expect("a folder");
    std::fs::write(inner.join("good.json"), format!("[{}]", assignment(1, SUBSCRIPTION, "")))
        .expect("a file");
    std::fs::write(inner.join("secret.json"), "[]").expect("a file");
    std::fs::set_permissions(inner.join("secret.json"), std::fs::Permissions::from_mode(0o000))
        .expect("permissions");
    let (status, said) = ask(&folder, &["tenant"]);
    assert!(said.contains("good.json:1"), "{said}");
    if std::fs::read(inner.join("secret.json")).is_err() {
        assert!(status == 3 && said.contains("secret.json"), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_more_is_read_than_the_limit() {
    let folder = folder("endless");
    let file = std::fs::File::create(folder.join("sparse.json")).expect("a file");
    file.set_len(5 * 1024 * 1024 * 1024).expect("a sparse file");
    let (status, said) = ask(&folder, &["sparse.json"]);
    let _gone = std::fs::remove_file(folder.join("sparse.json"));
    assert_eq!(status, 2);
    assert!(said.contains("longer than 4294967296 bytes, the limit"), "{said}");
    // A device without end, in less memory than the limit: an error, not the end of the machine.
    let (status, said) = ask(&folder, &["/dev/zero"]);
    assert_eq!(status, 2);
    assert!(said.contains("/dev/zero") && said.contains("failed"), "{said}");
}
