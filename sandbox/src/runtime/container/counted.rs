//! What is counted of the requests to a service, in the words of whoever leads them to it.

use std::time::Duration;

use http::StatusCode;

use crate::meter::{Meter, Source, class};

/// As whom requests are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// App Runner's own metrics.
    AppRunner(Source),
    /// Those of the load balancer before an Express service, as a whole and by the service's group
    /// of targets.
    Balancer([Source; 2]),
}

impl Counted {
    /// Counts a request that was answered.
    pub fn request(&self, meter: &Meter, status: StatusCode, took: Duration) {
        let class = class(status);
        match self {
            Self::AppRunner(source) => {
                meter.count(source, "Requests", "Count", 1.0);
                if !matches!(class, "1xx" | "3xx") {
                    meter.count(source, &format!("{class}StatusResponses"), "Count", 1.0);
                }
                let milliseconds = (took.as_secs_f64() * 1000.0).round();
                meter.count(source, "RequestLatency", "Milliseconds", milliseconds);
            }
            Self::Balancer(sources) => {
                let count = format!("HTTPCode_Target_{}_Count", class.to_uppercase());
                let seconds = (took.as_secs_f64() * 1000.0).round() / 1000.0;
                for source in sources {
                    meter.count(source, "RequestCount", "Count", 1.0);
                    meter.count(source, &count, "Count", 1.0);
                    meter.count(source, "TargetResponseTime", "Seconds", seconds);
                }
            }
        }
    }

    /// Counts the instances that there are.
    pub fn instances(&self, meter: &Meter, count: usize) {
        // A load balancer counts hosts by groups of targets, and only while it looks at them.
        if let Self::AppRunner(source) = self {
            meter.count(source, "ActiveInstances", "Count", count as f64);
        }
    }
}
