//! Asking an agent beforehand whether it would take a registration. Nothing is changed by it.
//!
//! Lives here: whether it knows every field, whether the token may write the service, whether the agent runs programs.
//! Absent: what can be told without an agent (`registration`), and registering itself (`acts`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::acts::no_unknown_node;
use super::http::{Ask, Http, Method};
use super::registration::REGISTER_PATH;
use crate::registry::{RegistryError, RegistryFault, Rehearsed};

/// How Consul refuses a body of which it knows every field and which has no name: nothing is registered.
const NO_NAME: &str = "missing service name";

/// One question of `POST /v1/internal/acl/authorize` (1.7 and later), and its answer.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Authorization {
    resource: String,
    segment: String,
    access: String,
    #[serde(default, skip_serializing)]
    allow: bool,
}

/// `GET /v1/agent/self`, what matters of it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AgentSelf {
    debug_config: Option<DebugConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DebugConfig {
    enable_remote_script_checks: Option<bool>,
}

/// A body without a name is refused only after its fields were read: so the agent says whether it knows them all. Who
/// may write is asked of its access rules, and whether it runs programs of its settings.
pub(super) async fn rehearse(http: &Http, body: &Value) -> Result<Rehearsed, RegistryError> {
    let mut nameless = body.clone();
    if let Some(fields) = nameless.as_object_mut() {
        fields.retain(|name, _| !name.eq_ignore_ascii_case("Name"));
    }
    let ask = Ask::put(&REGISTER_PATH).body(nameless.to_string());
    let reply = http.send_any(&ask).await?;
    if reply.status != 400 || !reply.text().to_ascii_lowercase().contains(NO_NAME) {
        return Err(http.refused(&Ask::put(&REGISTER_PATH), &reply));
    }
    no_unknown_node(http, body).await?;
    let mut sure = may_write(http, body).await?;
    if runs_programs(body) {
        sure &= allows_programs(http).await?;
    }
    Ok(if sure { Rehearsed::Sure } else { Rehearsed::NothingFound })
}

/// Refuses where the token may not write the service; `false` where that cannot be told.
async fn may_write(http: &Http, body: &Value) -> Result<bool, RegistryError> {
    let name = field(body, "Name").and_then(Value::as_str).unwrap_or_default();
    let question = Authorization {
        resource: "service".to_owned(),
        segment: name.to_owned(),
        access: "write".to_owned(),
        allow: false,
    };
    let Ok(question) = serde_json::to_string(&[question]) else { return Ok(false) };
    let ask = Ask::new(Method::Post, &["v1", "internal", "acl", "authorize"]).body(question);
    let reply = http.send_any(&ask).await?;
    match reply.status {
        200 => {}
        // Access rules are off.
        401 => return Ok(true),
        403 => return Err(http.refused(&ask, &reply)),
        // An agent that has no such question.
        _ => return Ok(false),
    }
    let Ok(answers) = http.parse::<Vec<Authorization>>(&ask, &reply) else { return Ok(false) };
    match answers.first() {
        Some(answer) if !answer.allow => {
            Err(http.error(&ask, RegistryFault::Denied(format!("Missing service:write on {name}"))))
        }
        answer => Ok(answer.is_some()),
    }
}

/// Refuses where the agent runs no programs; `false` where that cannot be told.
async fn allows_programs(http: &Http) -> Result<bool, RegistryError> {
    let ask = Ask::get(&["v1", "agent", "self"]);
    let reply = http.send_any(&ask).await?;
    if reply.status != 200 {
        return Ok(false);
    }
    let Ok(found) = http.parse::<AgentSelf>(&ask, &reply) else { return Ok(false) };
    match found.debug_config.and_then(|config| config.enable_remote_script_checks) {
        Some(false) => {
            let said = "scripts are disabled on this agent (enable_script_checks)".to_owned();
            Err(http.error(&ask, RegistryFault::Refused { status: 0, said }))
        }
        allowed => Ok(allowed.is_some()),
    }
}

/// A check of it runs a program, in a container or not.
fn runs_programs(body: &Value) -> bool {
    let has_args = |check: &Value| {
        field(check, "Args")
            .or_else(|| field(check, "ScriptArgs"))
            .and_then(Value::as_array)
            .is_some_and(|all| !all.is_empty())
    };
    let one = field(body, "Check").is_some_and(has_args);
    one || field(body, "Checks").and_then(Value::as_array).is_some_and(|checks| checks.iter().any(has_args))
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn programs_are_seen_in_either_place() {
        let check = |body: Value, expect: bool| assert_eq!(runs_programs(&body), expect, "{body}");
        check(json!({"Name": "a"}), false);
        check(json!({"Check": {"TCP": "a:1"}}), false);
        check(json!({"Check": {"Args": ["true"]}}), true);
        check(json!({"checks": [{"TTL": "1s"}, {"args": ["true"]}]}), true);
        check(json!({"Checks": [{"Args": []}]}), false);
        check(json!({"Checks": {"ScriptArgs": ["true"]}}), false);
    }
}
