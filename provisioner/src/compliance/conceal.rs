//! What reports don't show: what variables of an environment hold, which may be a secret that
//! should not have been there. Their names are shown.

use serde_json::Value as Json;

/// The property whose values are not shown.
const ENVIRONMENT: &str = "environment";

/// The value of a property as a report shows it.
pub fn conceal(property: &str, value: &Json) -> Json {
    match (property.split('.').next(), value) {
        (Some(ENVIRONMENT), Json::Object(variables)) => {
            variables.keys().map(|name| (name.clone(), Json::from("(not shown)"))).collect()
        }
        (Some(ENVIRONMENT), Json::Null) => Json::Null,
        (Some(ENVIRONMENT), _) => Json::from("(not shown)"),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_names_of_variables_are_shown_and_what_they_hold_is_not() {
        let shown = conceal("environment", &json!({ "PASSWORD": "hunter2" }));
        assert_eq!(shown, json!({ "PASSWORD": "(not shown)" }));
        assert_eq!(conceal("environment.PASSWORD", &json!("hunter2")), json!("(not shown)"));
        assert_eq!(conceal("port", &json!(8080)), json!(8080));
    }
}
