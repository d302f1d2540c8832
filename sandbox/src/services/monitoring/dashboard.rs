//! Dashboards: their bodies are held to CloudWatch's structure.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::state::Dashboard;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;
use crate::services::tags::{Tag, Tags};

const MOST_WIDGETS: usize = 500;
const LISTED: usize = 1000;

/// A place in a body that is not as it should be.
struct Flaw {
    path: String,
    message: String,
}

impl Flaw {
    fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    dashboard_name: String,
    dashboard_body: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Makes a dashboard, or gives an existing one another body.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Value, Fault> {
    let name = request.dashboard_name;
    let is_named = (1..=255).contains(&name.len())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if !is_named {
        return Err(errors::invalid_dashboard(format!(
            "The value {name} for field DashboardName contains invalid characters. It can only \
             contain alphanumerics, dash (-) and underscore (_)."
        )));
    }
    let body = serde_json::from_str::<Value>(&request.dashboard_body).ok();
    let Some(body) = body.filter(Value::is_object) else {
        return Err(errors::invalid_dashboard(
            "The field DashboardBody must be a valid JSON object",
        ));
    };
    refuse(&flaws(&body))?;
    let tags = Tags::new(request.tags).map_err(errors::invalid_tags)?;
    let arn = format!("arn:aws:cloudwatch::{}:dashboard/{name}", call.account);
    let modified = call.clock.now;
    let dashboards = &mut call.global().dashboards.dashboards;
    let known = dashboards.get(&name).map(|dashboard| dashboard.tags.clone());
    let tags = known.unwrap_or(tags);
    dashboards.insert(name, Dashboard { arn, body: request.dashboard_body, modified, tags });
    Ok(json!({ "DashboardValidationMessages": [] }))
}

fn refuse(flaws: &[Flaw]) -> Result<(), Fault> {
    if flaws.is_empty() {
        return Ok(());
    }
    let mut message =
        format!("The dashboard body is invalid, there are {} validation errors:\n[", flaws.len());
    for (index, flaw) in flaws.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(
            message,
            "{comma}\n  {{\n    \"dataPath\": {},\n    \"message\": {}\n  }}",
            json!(flaw.path),
            json!(flaw.message)
        );
    }
    message.push_str("\n]");
    Err(errors::invalid_dashboard(message))
}

fn flaws(body: &Value) -> Vec<Flaw> {
    let Some(widgets) = body.get("widgets") else {
        return vec![Flaw::new("", "Should have required property 'widgets'")];
    };
    let Some(widgets) = widgets.as_array() else {
        return vec![Flaw::new("/widgets", "Should be array")];
    };
    if widgets.len() > MOST_WIDGETS {
        let message = format!("Should NOT have more than {MOST_WIDGETS} items");
        return vec![Flaw::new("/widgets", message)];
    }
    let each = widgets.iter().enumerate();
    each.flat_map(|(index, widget)| in_widget(widget, &format!("/widgets/{index}"))).collect()
}

fn in_widget(widget: &Value, path: &str) -> Vec<Flaw> {
    if !widget.is_object() {
        return vec![Flaw::new(path, "Should be object")];
    }
    let mut flaws = Vec::new();
    for (name, least, most) in
        [("x", 0, 23), ("y", 0, i64::MAX), ("width", 1, 24), ("height", 1, 1000)]
    {
        flaws.extend(in_number(widget, path, name, least, most));
    }
    for name in ["type", "properties"] {
        if widget.get(name).is_none() {
            flaws.push(Flaw::new(path, format!("Should have required property '{name}'")));
        }
    }
    let (Some(kind), Some(properties)) = (widget.get("type"), widget.get("properties")) else {
        return flaws;
    };
    let path = format!("{path}/properties");
    let required: &[&str] = match kind.as_str() {
        Some("metric") => {
            flaws.extend(in_metric_widget(properties, &path));
            return flaws;
        }
        Some("text") => &["markdown"],
        Some("log") => &["region", "query"],
        Some("alarm") => &["alarms"],
        Some("custom") => &["endpoint"],
        Some("explorer") => &["metrics"],
        _ => {
            let allowed = "Should be equal to one of the allowed values";
            flaws.push(Flaw::new(path.replace("/properties", "/type"), allowed));
            return flaws;
        }
    };
    flaws.extend(absent(properties, &path, required));
    flaws
}

fn in_number(widget: &Value, path: &str, name: &str, least: i64, most: i64) -> Option<Flaw> {
    let value = widget.get(name)?;
    let path = format!("{path}/{name}");
    match value.as_i64() {
        None => Some(Flaw::new(path, "Should be integer")),
        Some(value) if value < least => Some(Flaw::new(path, format!("Should be >= {least}"))),
        Some(value) if value > most => Some(Flaw::new(path, format!("Should be <= {most}"))),
        Some(_) => None,
    }
}

fn absent(properties: &Value, path: &str, required: &[&str]) -> Vec<Flaw> {
    let absent = required.iter().filter(|name| properties.get(**name).is_none());
    absent.map(|name| Flaw::new(path, format!("Should have required property '{name}'"))).collect()
}

/// A graph shows metrics, or the alarm of its annotations; its metrics are lists of texts that may
/// end with an object of options.
fn in_metric_widget(properties: &Value, path: &str) -> Vec<Flaw> {
    let is_of_alarm = properties["annotations"].get("alarms").is_some();
    let required: &[&str] = if is_of_alarm { &[] } else { &["region", "metrics"] };
    let mut flaws = absent(properties, path, required);
    if let Some(view) = properties.get("view")
        && !matches!(
            view.as_str(),
            Some("timeSeries" | "singleValue" | "gauge" | "bar" | "pie" | "table")
        )
    {
        let allowed = "Should be equal to one of the allowed values";
        flaws.push(Flaw::new(format!("{path}/view"), allowed));
    }
    let Some(metrics) = properties.get("metrics") else { return flaws };
    let Some(metrics) = metrics.as_array() else {
        flaws.push(Flaw::new(format!("{path}/metrics"), "Should be array"));
        return flaws;
    };
    let each = metrics.iter().enumerate();
    flaws.extend(
        each.filter_map(|(index, metric)| in_metric(metric, &format!("{path}/metrics/{index}"))),
    );
    flaws
}

fn in_metric(metric: &Value, path: &str) -> Option<Flaw> {
    let Some(parts) = metric.as_array() else { return Some(Flaw::new(path, "Should be array")) };
    let (options, names): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.is_object());
    let is_expression = options.iter().any(|options| options.get("expression").is_some());
    if let Some(index) = parts.iter().position(|part| !part.is_string() && !part.is_object()) {
        return Some(Flaw::new(format!("{path}/{index}"), "Should be string"));
    }
    if !is_expression && names.len() < 2 {
        return Some(Flaw::new(path, "Should NOT have less than 2 items"));
    }
    // A namespace, a name, and pairs.
    (!is_expression && names.len() % 2 == 1)
        .then(|| Flaw::new(path, "Invalid metric field type, only \"String\" type is allowed"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRequest {
    dashboard_name: String,
}

/// A dashboard with its body as it was put.
pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<Value, Fault> {
    let name = request.dashboard_name;
    let dashboard = call.global().dashboards.dashboards.get(&name);
    let dashboard = dashboard.ok_or_else(|| errors::dashboard_not_found(&name))?;
    Ok(json!({
        "DashboardArn": dashboard.arn,
        "DashboardBody": dashboard.body,
        "DashboardName": name,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    dashboard_name_prefix: Option<String>,
    next_token: Option<String>,
}

/// The dashboards by name.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let prefix = request.dashboard_name_prefix.unwrap_or_default();
    let dashboards = call.global().dashboards.dashboards.iter();
    let wanted = dashboards.filter(|(name, _)| name.starts_with(&prefix));
    let page = page(wanted, request.next_token.as_deref(), LISTED, |(name, _)| (*name).clone())
        .map_err(|_| errors::invalid_value("The value for parameter NextToken is invalid."))?;
    let entries = page.items.into_iter().map(|(name, dashboard)| {
        json!({
            "DashboardName": name,
            "DashboardArn": dashboard.arn,
            "LastModified": dashboard.modified,
            "Size": dashboard.body.len(),
        })
    });
    Ok(json!({ "DashboardEntries": entries.collect::<Vec<_>>(), "NextToken": page.next }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteRequest {
    dashboard_names: Vec<String>,
}

/// Deletes dashboards; where one is not there, none is deleted.
pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<Value, Fault> {
    let dashboards = &mut call.global().dashboards.dashboards;
    let mut names = request.dashboard_names.iter();
    if let Some(name) = names.find(|name| !dashboards.contains_key(*name)) {
        return Err(errors::dashboard_not_found(name));
    }
    dashboards.retain(|name, _| !request.dashboard_names.contains(name));
    Ok(json!({}))
}
