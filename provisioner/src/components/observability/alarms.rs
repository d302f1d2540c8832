//! The alarms: what each looks at, from when on that is bad, and what it means.
//!
//! The metrics are AWS's own:
//! <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html>,
//! <https://docs.aws.amazon.com/apprunner/latest/dg/monitor-cw.html>,
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html>,
//! <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html>,
//! <https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html>.

use serde_json::{Value as Json, json};

use super::{Capacity, Database, Observability, Program, Service, Setting, Site, text};
use crate::components::service::Runtime;

/// The metric of lines that a program writes with the level ERROR.
pub(super) const ERROR_LINES: &str = "ErrorLines";
/// What an alarm looks at.
#[derive(Debug, Clone)]
pub(super) enum Look {
    /// One metric, by a statistic.
    At(Metric),
    /// What an expression makes of metrics that are named `a`, `b`, ….
    Made {
        /// The expression.
        expression: &'static str,
        /// The metrics.
        of: Vec<Metric>,
    },
    /// Whether a metric is above what is usual for it, as CloudWatch learns it.
    Unusual(Metric),
}

/// A metric and what is made of its values.
#[derive(Debug, Clone)]
pub(super) struct Metric {
    pub namespace: String,
    pub name: &'static str,
    pub dimensions: Json,
    pub statistic: &'static str,
}

/// An alarm.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    /// Its name, and its runbook's.
    pub name: &'static str,
    /// The property of the component that it comes from.
    pub group: &'static str,
    /// What it means, for who is told.
    pub means: String,
    pub look: Look,
    /// From when on it is bad: above it, or with [`Look::Unusual`] how wide the band is.
    pub threshold: f64,
    /// Whether less is worse.
    pub is_floor: bool,
    pub period: i32,
    pub periods: i32,
    pub bad: i32,
    /// Whether users notice.
    pub hurts: bool,
}

/// The name of every alarm that there can be.
pub(super) const NAMES: [&str; 19] = [
    "acquire_slow",
    "cdn_errors",
    "database_capacity",
    "database_commit_latency",
    "database_connections",
    "database_cpu",
    "database_deadlocks",
    "database_memory",
    "database_replica_lag",
    "error_lines",
    "firewall_blocks",
    "pool_refusals",
    "pool_saturated",
    "program_memory",
    "service_at_ceiling",
    "service_errors",
    "service_latency",
    "service_memory",
    "service_memory_growth",
];

impl Observability {
    /// Every alarm of what is there, as it was set.
    pub(super) fn watched(&self) -> Vec<Watched> {
        let mut all = Vec::new();
        all.extend(self.database.iter().flat_map(Database::watched));
        let service = self.service.iter().filter(|it| it.enabled != Some(false));
        all.extend(service.flat_map(Service::watched));
        let program = self.program.iter().filter(|it| it.enabled != Some(false));
        all.extend(program.flat_map(Program::watched));
        let site = self.site.iter().filter(|it| it.enabled != Some(false));
        all.extend(site.flat_map(Site::watched));
        let set = |one: Watched| match self.alarms.get(one.name) {
            Some(Setting { enabled: Some(false), .. }) => None,
            Some(setting) => Some(one.set(setting)),
            None => Some(one),
        };
        all.into_iter().filter_map(set).collect()
    }
}

impl Watched {
    fn new(name: &'static str, means: &str, look: Look, threshold: f64) -> Self {
        Self {
            name,
            group: "alarms",
            means: means.to_owned(),
            look,
            threshold,
            is_floor: false,
            period: 60,
            periods: 5,
            bad: 5,
            hurts: false,
        }
    }

    fn from(mut self, group: &'static str) -> Self {
        self.group = group;
        self
    }

    fn floor(mut self) -> Self {
        self.is_floor = true;
        self
    }

    /// Bad in so many of so many periods of so many seconds.
    fn when(mut self, bad: i32, periods: i32, period: i32) -> Self {
        (self.bad, self.periods, self.period) = (bad, periods, period);
        self
    }

    fn hurts(mut self) -> Self {
        self.hurts = true;
        self
    }

    fn set(mut self, setting: &Setting) -> Self {
        self.threshold = setting.threshold.unwrap_or(self.threshold);
        self.period = setting.period.unwrap_or(self.period);
        self.periods = setting.evaluation_periods.unwrap_or(self.periods);
        self.bad = setting.datapoints_to_alarm.unwrap_or(self.bad).min(self.periods);
        self
    }

    /// The properties of its `cloudwatch.alarm`, but for its name and who is told.
    pub(super) fn alarm(&self, runbooks: Option<&str>) -> Json {
        let mut alarm = json!({
            "description": described(&self.means, self.name, runbooks),
            "evaluation_periods": self.periods,
            "datapoints_to_alarm": self.bad,
            // What counts only what happens says nothing when nothing does.
            "treat_missing_data": "notBreaching",
        });
        let operator = if self.is_floor { "LessThanThreshold" } else { "GreaterThanThreshold" };
        alarm["comparison_operator"] = json!(operator);
        match &self.look {
            Look::At(metric) => {
                let statistic = match metric.statistic.starts_with('p') {
                    true => "extended_statistic",
                    false => "statistic",
                };
                alarm[statistic] = json!(metric.statistic);
                alarm["namespace"] = json!(metric.namespace);
                alarm["metric_name"] = json!(metric.name);
                alarm["dimensions"] = metric.dimensions.clone();
                alarm["period"] = json!(self.period);
                alarm["threshold"] = json!(self.threshold);
            }
            Look::Made { expression, of } => {
                let made = json!({ "id": "made", "expression": expression, "label": self.name });
                let metrics =
                    of.iter().zip('a'..).map(|(metric, id)| self.query(metric, id, false));
                alarm["metrics"] = metrics.chain([made]).collect();
                alarm["threshold"] = json!(self.threshold);
            }
            Look::Unusual(metric) => {
                let band = format!("ANOMALY_DETECTION_BAND(a, {})", self.threshold);
                let band = json!({ "id": "band", "expression": band, "label": "usual" });
                alarm["metrics"] = json!([self.query(metric, 'a', true), band]);
                alarm["threshold_metric_id"] = json!("band");
                alarm["comparison_operator"] = json!("GreaterThanUpperThreshold");
            }
        }
        alarm
    }

    fn query(&self, metric: &Metric, id: char, return_data: bool) -> Json {
        json!({
            "id": id,
            "return_data": return_data,
            "metric": {
                "namespace": metric.namespace, "metric_name": metric.name,
                "dimensions": metric.dimensions, "period": self.period, "stat": metric.statistic,
            },
        })
    }
}

/// What an alarm means, and where its runbook is.
pub(super) fn described(means: &str, name: &str, runbooks: Option<&str>) -> String {
    match runbooks {
        Some(runbooks) => format!("{means} {runbooks}#{name}"),
        None => means.to_owned(),
    }
}

impl Database {
    pub(super) fn metric(&self, name: &'static str, statistic: &'static str) -> Metric {
        Metric {
            namespace: "AWS/RDS".to_owned(),
            name,
            dimensions: json!({ "DBClusterIdentifier": self.cluster }),
            statistic,
        }
    }

    fn watched(&self) -> Vec<Watched> {
        let at = |name, statistic| Look::At(self.metric(name, statistic));
        let most = self.max_connections.map_or_else(|| self.capacity.connections(), f64::from);
        let connections =
            format!("More than 80 % of the {most} connections that the database takes are used.");
        let mut all = vec![
            Watched::new(
                "database_connections",
                &connections,
                at("DatabaseConnections", "Maximum"),
                (most * 0.8).floor(),
            )
            .when(3, 5, 60),
            Watched::new(
                "database_capacity",
                "The database is at the end of its capacity, and slows down.",
                at("ACUUtilization", "Average"),
                90.0,
            )
            .when(3, 3, 300),
            Watched::new(
                "database_cpu",
                "The database's processors are busy.",
                at("CPUUtilization", "Average"),
                85.0,
            )
            .when(3, 3, 300),
            Watched::new(
                "database_memory",
                "The database has hardly any memory left: it will swap, or restart.",
                at("FreeableMemory", "Minimum"),
                268_435_456.0,
            )
            .floor()
            .when(3, 5, 60),
            Watched::new(
                "database_deadlocks",
                "Transactions wait for each other, and PostgreSQL ends some of them.",
                at("Deadlocks", "Average"),
                0.0,
            )
            .when(2, 3, 300),
            Watched::new(
                "database_commit_latency",
                "Commits take long: storage is slow, or overloaded.",
                at("CommitLatency", "Average"),
                50.0,
            )
            .when(3, 5, 60),
        ];
        if self.instances.unwrap_or(1) > 1 {
            let lag = at("AuroraReplicaLagMaximum", "Maximum");
            let means = "Who reads from a replica sees what was so more than a second ago.";
            all.push(Watched::new("database_replica_lag", means, lag, 1000.0));
        }
        all.into_iter().map(|one| one.from("database")).collect()
    }
}

impl Capacity {
    /// How many connections Aurora PostgreSQL takes by itself. AWS gives 189 for 1 unit, 823 for 4,
    /// 1,669 for 8, 3,360 for 16, and 5,000 at most: a line. With a minimum of 0 or 0.5 it is 2,000
    /// at most.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html#aurora-serverless-v2.max-connections>
    pub(super) fn connections(self) -> f64 {
        let most = if self.min <= 0.5 { 2000.0 } else { 5000.0 };
        (211.4 * self.max - 22.4).round().clamp(20.0, most)
    }
}

impl Service {
    fn watched(&self) -> Vec<Watched> {
        let errors = "More than 5 % of the requests are answered with an error of the service.";
        let latency = "One request in a hundred takes longer than two seconds.";
        let memory = "The service's memory is nearly full: instances will be ended.";
        let growth = "The service has more memory than it usually has: it may be losing some.";
        let ceiling = "The service has as many instances as it may have, and can't take more load.";
        let most = f64::from(self.max_instances) - 0.5;
        let (requests, failed) = (self.requests("Sum"), self.failed());
        // Of a few requests, a share means nothing.
        let expression = "IF(b > 20, 100 * a / b, 0)";
        let share = Look::Made { expression, of: vec![failed, requests] };
        let all = [
            Some(Watched::new("service_errors", errors, share, 5.0).when(2, 3, 60).hurts()),
            Some(self.latency_alarm(latency).hurts()),
            self.memory().map(|it| Watched::new("service_memory", memory, Look::At(it), 90.0)),
            self.memory().map(|it| {
                let look = Look::Unusual(it);
                Watched::new("service_memory_growth", growth, look, 3.0).when(3, 3, 300)
            }),
            Some(
                Watched::new("service_at_ceiling", ceiling, Look::At(self.instances()), most)
                    .when(10, 10, 60),
            ),
        ];
        all.into_iter().flatten().map(|one| one.from("service")).collect()
    }

    fn latency_alarm(&self, means: &str) -> Watched {
        // App Runner counts milliseconds, a load balancer seconds.
        let limit = if self.runtime == Runtime::AppRunner { 2000.0 } else { 2.0 };
        Watched::new("service_latency", means, Look::At(self.latency()), limit).when(3, 5, 60)
    }

    fn metric(&self, name: &'static str, statistic: &'static str) -> Metric {
        let (namespace, dimensions) = match self.runtime {
            Runtime::AppRunner => (
                "AWS/AppRunner",
                json!({ "ServiceName": self.name, "ServiceID": text(self.id.as_ref()) }),
            ),
            Runtime::EcsExpress => (
                "AWS/ApplicationELB",
                json!({
                    "LoadBalancer": text(self.load_balancer.as_ref()),
                    "TargetGroup": text(self.target_group.as_ref()),
                }),
            ),
        };
        Metric { namespace: namespace.to_owned(), name, dimensions, statistic }
    }

    fn by_runtime(&self, app_runner: &'static str, express: &'static str) -> &'static str {
        match self.runtime {
            Runtime::AppRunner => app_runner,
            Runtime::EcsExpress => express,
        }
    }

    pub(super) fn requests(&self, statistic: &'static str) -> Metric {
        self.metric(self.by_runtime("Requests", "RequestCount"), statistic)
    }

    pub(super) fn failed(&self) -> Metric {
        self.metric(self.by_runtime("5xxStatusResponses", "HTTPCode_Target_5XX_Count"), "Sum")
    }

    pub(super) fn latency(&self) -> Metric {
        self.metric(self.by_runtime("RequestLatency", "TargetResponseTime"), "p99")
    }

    pub(super) fn instances(&self) -> Metric {
        self.metric(self.by_runtime("ActiveInstances", "HealthyHostCount"), "Maximum")
    }

    /// How full the memory is, in percent.
    pub(super) fn memory(&self) -> Option<Metric> {
        Some(match self.runtime {
            Runtime::AppRunner => self.metric("MemoryUtilization", "Maximum"),
            Runtime::EcsExpress => Metric {
                namespace: "AWS/ECS".to_owned(),
                name: "MemoryUtilization",
                dimensions: json!({ "ClusterName": self.cluster.as_ref()?, "ServiceName": self.name }),
                statistic: "Maximum",
            },
        })
    }
}

impl Program {
    pub(super) fn metric(&self, name: &'static str, statistic: &'static str) -> Metric {
        Metric {
            namespace: self.namespace.clone(),
            name,
            dimensions: json!({ "Service": self.service }),
            statistic,
        }
    }

    fn watched(&self) -> Vec<Watched> {
        let at = |name, statistic| Look::At(self.metric(name, statistic));
        let mut all = vec![
            Watched::new(
                "pool_saturated",
                "Requests wait for a connection to the database: the pool is too small, or its connections are held too long.",
                at("PoolWaiting", "Maximum"),
                0.0,
            )
            .when(3, 5, 60),
            Watched::new(
                "pool_refusals",
                "Requests were refused because no connection to the database came in time.",
                at("Refused", "Sum"),
                0.0,
            )
            .when(1, 3, 60)
            .hurts(),
            Watched::new(
                "acquire_slow",
                "One request in a hundred waits longer than half a second for a connection to the database.",
                at("TimeToAcquire", "p99"),
                500.0,
            )
            .when(3, 5, 60),
            Watched::new(
                "program_memory",
                "The program has more memory than it usually has: it may be losing some.",
                Look::Unusual(self.metric("ResidentMemory", "Maximum")),
                3.0,
            )
            .when(3, 3, 300),
        ];
        if self.log_group.is_some() {
            let lines = Metric {
                namespace: self.namespace.clone(),
                name: ERROR_LINES,
                dimensions: Json::Null,
                statistic: "Sum",
            };
            let means = "The program writes errors to its log.";
            let alarm = Watched::new("error_lines", means, Look::At(lines), 5.0);
            all.push(alarm.when(2, 3, 60));
        }
        all.into_iter().map(|one| one.from("program")).collect()
    }
}

impl Site {
    pub(super) fn metric(&self, name: &'static str, statistic: &'static str) -> Metric {
        Metric {
            namespace: "AWS/CloudFront".to_owned(),
            name,
            dimensions: json!({ "DistributionId": self.distribution_id, "Region": "Global" }),
            statistic,
        }
    }

    pub(super) fn blocked(&self) -> Option<Metric> {
        Some(Metric {
            namespace: "AWS/WAFV2".to_owned(),
            name: "BlockedRequests",
            dimensions: json!({ "WebACL": self.web_acl.as_ref()?, "Rule": "ALL" }),
            statistic: "Sum",
        })
    }

    fn watched(&self) -> Vec<Watched> {
        let share = Look::Made {
            expression: "IF(b > 20, a, 0)",
            of: vec![self.metric("5xxErrorRate", "Average"), self.metric("Requests", "Sum")],
        };
        let errors = "More than 1 % of what the site is asked for is answered with an error.";
        let blocks =
            "The firewall refuses unusually many requests: somebody attacks, or a rule is wrong.";
        let all = [
            Some(Watched::new("cdn_errors", errors, share, 1.0).when(3, 5, 60).hurts()),
            self.blocked().map(|it| {
                Watched::new("firewall_blocks", blocks, Look::At(it), 1000.0).when(1, 1, 300)
            }),
        ];
        all.into_iter().flatten().map(|one| one.from("site")).collect()
    }
}
