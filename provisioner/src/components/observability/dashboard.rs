//! The page to look at: what users see, then the program, the database, and the alarms.

use serde_json::{Value as Json, json};

use super::alarms::{Metric, Watched};
use super::{Observability, Program};

/// A dashboard's width, and a widget's height.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>
const WIDTH: usize = 24;
const HEIGHT: usize = 6;

/// A graph: its title, and lines with their labels.
struct Graph(&'static str, Vec<(&'static str, Metric)>);

/// The body of the dashboard.
pub(super) fn body(observability: &Observability, watched: &[Watched], region: &str) -> Json {
    let rows = [
        ("What users see", users(observability)),
        ("The program", program(observability)),
        ("The database", database(observability)),
    ];
    let mut page = Page { widgets: vec![alarms(watched)], y: 4, region };
    for (title, graphs) in rows {
        page.row(title, &graphs);
    }
    json!({ "widgets": page.widgets })
}

/// A page that is filled from the top.
struct Page<'a> {
    widgets: Vec<Json>,
    y: usize,
    region: &'a str,
}

impl Page<'_> {
    fn row(&mut self, title: &str, graphs: &[Graph]) {
        if graphs.is_empty() {
            return;
        }
        self.widgets.push(json!({
            "type": "text", "x": 0, "y": self.y, "width": WIDTH, "height": 1,
            "properties": { "markdown": format!("## {title}") },
        }));
        self.y += 1;
        let width = WIDTH / graphs.len().min(4);
        for (index, graph) in graphs.iter().enumerate() {
            let (x, y) = (index % 4 * width, self.y + index / 4 * HEIGHT);
            self.widgets.push(json!({
                "type": "metric", "x": x, "y": y, "width": width, "height": HEIGHT,
                "properties": self.properties(graph),
            }));
        }
        self.y += graphs.len().div_ceil(4) * HEIGHT;
    }

    fn properties(&self, Graph(title, lines): &Graph) -> Json {
        let lines: Vec<Json> = lines.iter().map(|(label, metric)| line(label, metric)).collect();
        json!({
            "title": title, "region": self.region, "view": "timeSeries", "period": 60,
            "metrics": lines, "yAxis": { "left": { "min": 0 } },
        })
    }
}

/// A metric as a line of a graph: its namespace, its name, its dimensions, how it is drawn.
fn line(label: &str, metric: &Metric) -> Json {
    let dimensions = metric.dimensions.as_object().into_iter().flatten();
    let dimensions = dimensions.flat_map(|(name, value)| [json!(name), value.clone()]);
    let begin = [json!(metric.namespace), json!(metric.name)];
    let drawn = json!({ "stat": metric.statistic, "label": label });
    begin.into_iter().chain(dimensions).chain([drawn]).collect()
}

fn alarms(watched: &[Watched]) -> Json {
    let arns: Vec<String> =
        watched.iter().map(|one| format!("${{self.alarm[\"{}\"].arn}}", one.name)).collect();
    json!({
        "type": "alarm", "x": 0, "y": 0, "width": WIDTH, "height": 4,
        "properties": { "title": "Alarms", "alarms": arns },
    })
}

fn users(observability: &Observability) -> Vec<Graph> {
    let mut graphs = Vec::new();
    if let Some(service) = observability.service.as_ref().filter(|it| it.enabled != Some(false)) {
        let requests = [("requests", service.requests("Sum")), ("errors", service.failed())];
        graphs.push(Graph("Requests", requests.into()));
        let mut middle = service.latency();
        middle.statistic = "p50";
        let latency = [("99 of 100", service.latency()), ("one in two", middle)];
        graphs.push(Graph("How long answers take", latency.into()));
    }
    if let Some(site) = observability.site.as_ref().filter(|it| it.enabled != Some(false)) {
        let errors = [
            ("% of the server's errors", site.metric("5xxErrorRate", "Average")),
            ("% of the asker's errors", site.metric("4xxErrorRate", "Average")),
        ];
        graphs.push(Graph("The site's errors", errors.into()));
        let blocked = site.blocked().map(|it| ("refused by the firewall", it));
        let requests = [("requests", site.metric("Requests", "Sum"))];
        graphs.push(Graph("The site's requests", requests.into_iter().chain(blocked).collect()));
    }
    graphs
}

fn program(observability: &Observability) -> Vec<Graph> {
    let mut graphs = Vec::new();
    if let Some(program) = observability.program.as_ref().filter(|it| it.enabled != Some(false)) {
        graphs.push(pool(program));
        graphs.push(Graph(
            "Waiting for a connection",
            vec![
                ("99 of 100, ms", program.metric("TimeToAcquire", "p99")),
                ("refused", program.metric("Refused", "Sum")),
            ],
        ));
        let memory = ("bytes", program.metric("ResidentMemory", "Maximum"));
        graphs.push(Graph("The program's memory", vec![memory]));
    }
    if let Some(service) = observability.service.as_ref().filter(|it| it.enabled != Some(false)) {
        let memory = service.memory().map(|it| ("% of the memory", it));
        let instances = [("instances", service.instances())];
        graphs.push(Graph("Instances", instances.into_iter().chain(memory).collect()));
    }
    graphs
}

fn pool(program: &Program) -> Graph {
    let lines = [("in use", "PoolInUse"), ("idle", "PoolIdle"), ("waited for", "PoolWaiting")];
    let lines = lines.map(|(label, name)| (label, program.metric(name, "Maximum")));
    Graph("Connections of the pool", lines.into())
}

fn database(observability: &Observability) -> Vec<Graph> {
    let Some(database) = &observability.database else { return Vec::new() };
    let one = |title, label, name, statistic| {
        Graph(title, vec![(label, database.metric(name, statistic))])
    };
    let mut graphs = vec![
        one("Connections", "connections", "DatabaseConnections", "Maximum"),
        Graph(
            "How busy",
            vec![
                ("% of the capacity", database.metric("ACUUtilization", "Average")),
                ("% of the processors", database.metric("CPUUtilization", "Average")),
            ],
        ),
        one("A commit takes, ms", "commit", "CommitLatency", "Average"),
        one("Memory that is left", "bytes", "FreeableMemory", "Minimum"),
        one("Deadlocks in a second", "deadlocks", "Deadlocks", "Average"),
    ];
    if database.instances.unwrap_or(1) > 1 {
        graphs.push(one("Replicas are late by, ms", "lag", "AuroraReplicaLagMaximum", "Maximum"));
    }
    graphs
}
