//! Which command writes which format.

use super::args::{AuditCommand, Command, Format};
use super::role::args::RoleCommand;
use azrbac::origin::{Error, ErrorKind};
use clap::ValueEnum;

/// The formats that a command writes, its usual one first.
fn written(command: &Command) -> &'static [Format] {
    use Format::{Dot, Html, Json, Md, Mermaid, Svg, Text};
    match command {
        Command::Can(can) if can.batch.is_some() || can.brief => &[Text, Json],
        // A lesson is a page; the list of them and the exercises are not.
        Command::Learn(learn)
            if learn.lesson.is_none()
                || learn.task
                || learn.hint
                || learn.starter
                || learn.check.is_some() =>
        {
            &[Text, Json]
        }
        Command::Can(_) | Command::Learn(_) | Command::Role(RoleCommand::Compare(_)) => {
            &[Text, Json, Html, Md]
        }
        Command::Audit(audit) => match &audit.command {
            Some(AuditCommand::LocalAuth(doors)) if doors.plan.is_some() => &[Text, Json],
            _ => &[Text, Json, Html, Md],
        },
        Command::Diff(_) => &[Text, Json, Md],
        Command::Graph(_) | Command::Role(RoleCommand::Lattice(_)) => {
            &[Text, Json, Svg, Dot, Mermaid, Html, Md]
        }
        _ => &[Text, Json],
    }
}

/// Refuses a format that the command does not write, before anything is read.
pub(super) fn check(command: &Command, asked: Format) -> Result<(), Error> {
    let known = written(command);
    if known.contains(&asked) {
        return Ok(());
    }
    let names: Vec<String> = known.iter().map(|format| name(*format)).collect();
    Err(Error::new(ErrorKind::Usage, format!("-o {}: this command does not write it", name(asked)))
        .expected(names.join(", ")))
}

fn name(format: Format) -> String {
    format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_string())
}
