//! What the sandbox holds and was asked, for people.

use std::fmt::Write;

use ::sandbox::gateway::log::Entry;
use jiff::Timestamp;
use owo_colors::OwoColorize;
use serde_json::{Map, Value as Json};

use super::value::{count, duration};

/// The status, from the JSON that the sandbox gives.
pub fn status(url: &str, status: &Json, now: Timestamp) -> String {
    let mut out = format!("{} the sandbox answers at {}\n", "✓".green(), url.bold());
    let since = status["since"].as_str().and_then(|since| since.parse::<Timestamp>().ok());
    let age = since.and_then(|since| std::time::Duration::try_from(now.duration_since(since)).ok());
    let scale = status["time_scale"].as_f64().unwrap_or_default();
    let pace = match scale {
        0.0 => "objects take no time".to_owned(),
        scale => format!("objects take {scale} × AWS's time"),
    };
    let account = status["account"].as_str().unwrap_or("unknown");
    let _ = writeln!(
        out,
        "  account {account}, process {}, up {}, {pace}",
        status["pid"],
        age.map(duration).unwrap_or_default(),
    );
    let faults = shares(&status["faults"]);
    if !faults.is_empty() {
        let _ = writeln!(out, "  {} {}", "faults:".yellow(), faults.join(", "));
    }
    let empty = Map::new();
    table(&mut out, "object", None, status["objects"].as_object().unwrap_or(&empty));
    let calls = &status["calls"];
    let by_operation = calls["by_operation"].as_object().unwrap_or(&empty);
    table(&mut out, "call", calls["total"].as_u64(), by_operation);
    out.trim_end().to_owned()
}

/// A heading with the total, and the counts, most first.
fn table(out: &mut String, noun: &str, total: Option<u64>, counts: &Map<String, Json>) {
    let number = |value: &Json| value.as_u64().unwrap_or_default();
    let total = total.unwrap_or_else(|| counts.values().map(number).sum());
    let heading = count(usize::try_from(total).unwrap_or(usize::MAX), noun);
    let _ = writeln!(out, "\n{}", heading.bold());
    let mut rows: Vec<_> = counts.iter().filter(|(_, value)| number(value) > 0).collect();
    rows.sort_by_key(|(_, value)| std::cmp::Reverse(number(value)));
    for (name, value) in rows {
        let _ = writeln!(out, "  {:>5}  {name}", number(value));
    }
}

/// The faults that are switched on: `throttle 20 %`.
fn shares(faults: &Json) -> Vec<String> {
    let shares = faults.as_object().into_iter().flatten();
    shares
        .filter_map(|(name, share)| {
            let share = share.as_f64().filter(|share| *share > 0.0)?;
            Some(format!("{} {:.0} %", name.replace('_', " "), share * 100.0))
        })
        .collect()
}

/// One call of the log in one line.
pub fn call(entry: &Entry) -> String {
    let time = entry.at.strftime("%H:%M:%S%.3f");
    let status = match entry.status {
        Some(status @ 200..=399) => status.to_string().green().to_string(),
        Some(status) => status.to_string().red().to_string(),
        None => "---".red().to_string(),
    };
    let code = match (&entry.code, entry.status) {
        (Some(code), _) => format!("  {code}"),
        (None, None) => "  no answer was sent".to_owned(),
        _ => String::new(),
    };
    let name = format!("{}:{}", entry.service, entry.operation);
    let milliseconds = format!("{:.0}ms", entry.milliseconds);
    format!("{} {status} {milliseconds:>7}  {name}{}", time.to_string().dimmed(), code.red())
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_summary_for_people() {
        let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let given = json!({
            "pid": 7, "since": "2026-01-02T03:01:00Z", "account": "123456789012",
            "time_scale": 0.1,
            "objects": { "ec2/vpc": 1, "ec2/subnet": 6, "rds/cluster": 0 },
            "calls": { "total": 12, "by_operation": { "ec2:CreateVpc": 2, "sts:GetCallerIdentity": 10 } },
            "faults": { "throttle": 0.2, "server_error": 0.0 },
        });
        assert_snapshot!(strip_str(&status("http://127.0.0.1:1", &given, now)), @"
        ✓ the sandbox answers at http://127.0.0.1:1
          account 123456789012, process 7, up 3m05s, objects take 0.1 × AWS's time
          faults: throttle 20 %

        7 objects
              6  ec2/subnet
              1  ec2/vpc

        12 calls
             10  sts:GetCallerIdentity
              2  ec2:CreateVpc
        ");
    }

    #[test]
    fn a_line_for_each_call() {
        let entry = |status: Option<u16>, code: Option<&str>| Entry {
            number: 1,
            at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
            service: "ec2".to_owned(),
            operation: "CreateVpc".to_owned(),
            region: "us-east-1".to_owned(),
            access_key: "A".to_owned(),
            status,
            code: code.map(str::to_owned),
            executed: true,
            milliseconds: 3.4,
            request_id: "r".to_owned(),
            user_agent: String::new(),
            message: None,
        };
        let entries = [(Some(200), None), (Some(400), Some("VpcLimitExceeded")), (None, None)];
        let lines: Vec<String> =
            entries.into_iter().map(|(status, code)| call(&entry(status, code))).collect();
        assert_snapshot!(strip_str(&lines.join("\n")), @"
        03:04:05.678 200     3ms  ec2:CreateVpc
        03:04:05.678 400     3ms  ec2:CreateVpc  VpcLimitExceeded
        03:04:05.678 ---     3ms  ec2:CreateVpc  no answer was sent
        ");
    }
}
