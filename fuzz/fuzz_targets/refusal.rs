//! What Azure prints when it refuses: any text, and the messages of Azure Resource Manager and of services
//! with parts of the input's choice, several in a row, in JSON, broken over lines, in other quotation marks.
//! What is explained steers no terminal.
#![no_main]

use azrbac::analysis::{refusal, why};
use azrbac::model::Facts;
use azrbac::report;
use azrbac::tenant::Tenant;
use azrbac_fuzz::shape::{pick, some};
use azrbac_fuzz::{ask, either};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// `@` is a part that the input chooses.
const MESSAGES: [&str; 8] = [
    "(AuthorizationFailed) The client '@' with object id '@' does not have authorization to perform action '@' over scope '@' or the scope is invalid.",
    "The client '@' with object id '@' has permission to perform action '@' on scope '@'; however, it does not have permission to perform action(s) '@,@' on the linked scope(s) '@,@' (respectively) or the linked scope(s) are invalid. LinkedAuthorizationFailed",
    "The client has permission to perform action '@' on scope '@', however the current tenant '@' is not authorized to access linked subscription '@'.",
    "The client '@' with object id '@' has permission to perform action '@' on scope '@'; however, the access is denied because of the deny assignment with name '@' and Id '@' at scope '@'.",
    "The client '@' with object id '@' has an authorization with ABAC condition that is not fulfilled to perform action '@' over scope '@'.",
    "Caller: appid=@;oid=@;iss=https://sts.windows.net/@/\r\nAction: '@'\r\nResource: '@'\r\nAssignment: (not found)",
    "The principal `@` lacks the required data action `@` to perform `POST @` operation.",
    "@",
];
const PARTS: [&str; 14] = [
    "ann@contoso.example",
    "10000000-0000-4000-8000-000000000001",
    "Microsoft.Storage/storageAccounts/read",
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "/subscriptions/s",
    "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
    "*",
    "",
    "perform action '",
    "é\u{130}\u{2019}'",
    "tenant '",
    "\\u0027\\n",
    "\u{1b}[31m\u{202e}",
];

/// A tenant without anybody.
static NOBODY: LazyLock<Tenant> = LazyLock::new(|| Tenant::build(Facts::closed(), &ask::CATALOG));

fn explained(text: &str) {
    let Ok(read) = refusal::read(text) else { return };
    assert!(!read.checks.is_empty());
    let told = why::explain(&NOBODY, read, None, None);
    let style = report::Style { colour: false, near: 0 };
    let said = report::why_text(&NOBODY, &told, style);
    assert!(said.chars().all(|c| c == '\n' || !report::steers(c)), "{said}");
}

fn built(input: &mut Unstructured<'_>) -> Result<()> {
    let messages = some(input, 3, |input| {
        let mut said = String::new();
        for (at, piece) in pick(input, &MESSAGES)?.split('@').enumerate() {
            if at > 0 {
                said.push_str(pick(input, &PARTS)?);
            }
            said.push_str(piece);
        }
        Ok(match input.int_in_range(0..=3)? {
            0 => serde_json::json!({"error": {"code": "AuthorizationFailed", "message": said}})
                .to_string(),
            1 => said.replace('\'', "\u{2019}"),
            2 => said.replace(' ', "\r\n  "),
            _ => said,
        })
    })?;
    explained(&messages.join("\n"));
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    either(bytes, built, |raw| {
        if let Ok(text) = std::str::from_utf8(raw) {
            explained(text);
        }
    });
});
