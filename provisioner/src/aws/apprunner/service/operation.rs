//! What App Runner is doing to a service, and how what it did last has ended.

use aws_sdk_apprunner::types::{OperationStatus, OperationSummary, OperationType};

use super::{Outputs, describe};
use crate::aws::apprunner::name_in;
use crate::aws::logs::last_lines;
use crate::aws::{Context, Error};
use crate::resource::{Id, Result};

/// How many of a program's last lines an error shows.
const LINES: usize = 8;
/// How much of a line.
const WIDTH: usize = 240;

/// The operation that was begun last; App Runner lists the newest first.
async fn last(cx: &Context, arn: &str) -> Result<Option<OperationSummary>> {
    let request = cx.clients.apprunner().list_operations().service_arn(arn).max_results(1);
    let answer = Error::optional(request.send().await.map_err(Error::from))?;
    Ok(answer
        .and_then(|answer| answer.operation_summary_list)
        .and_then(|list| list.into_iter().next()))
}

/// Whether a service that App Runner is at work on is being deleted.
pub(super) async fn is_going(cx: &Context, arn: &str) -> Result<bool> {
    let Some(operation) = last(cx, arn).await? else { return Ok(false) };
    let running =
        matches!(operation.status(), Some(OperationStatus::Pending | OperationStatus::InProgress));
    Ok(running && operation.r#type() == Some(&OperationType::DeleteService))
}

/// Whether the service runs the image that it should, and its last operation succeeded.
pub(super) async fn confirm(cx: &Context, id: &Id, (wanted, live): (&str, &str)) -> Result<()> {
    let operation = last(cx, id.as_str()).await?;
    let status = operation.as_ref().and_then(OperationSummary::status);
    let succeeded = status.is_none_or(|status| *status == OperationStatus::Succeeded);
    if succeeded && wanted == live {
        return Ok(());
    }
    let word = status.map_or("nothing", OperationStatus::as_str);
    let said = match describe(cx, id.as_str()).await? {
        Some(service) => last_words(cx, &super::live::outputs(&service)).await,
        None => String::new(),
    };
    let what = match wanted == live {
        true => "the service has its old configuration".to_owned(),
        false => format!("{live} runs, and not {wanted}"),
    };
    let message = format!(
        "App Runner took the update of {} back ({word}): {what}{said}",
        name_in(id.as_str())
    );
    Err(Error::invalid(message)
        .advise("the release before goes on serving; correct the new one, and run again"))
}

/// What the service's logs end with, to put behind an error. That they can't be read must not
/// hide the error itself.
pub(super) async fn last_words(cx: &Context, outputs: &Outputs) -> String {
    let mut said = String::new();
    for group in [&outputs.service_log_group, &outputs.log_group] {
        let lines = last_lines(cx, group, LINES).await.unwrap_or_default();
        said.push_str(&quoted(group, &lines));
    }
    said
}

fn quoted(group: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let short = |line: &String| line.chars().take(WIDTH).collect::<String>();
    let lines: Vec<String> = lines.iter().map(|line| format!("\n  {}", short(line))).collect();
    format!("\nthe end of {group}:{}", lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_quoted_under_the_name_of_their_log() {
        let long = "x".repeat(1000);
        let text = quoted("/aws/apprunner/api/1/service", &["failed".to_owned(), long]);
        assert!(text.starts_with("\nthe end of /aws/apprunner/api/1/service:\n  failed\n  xxx"));
        assert!(text.len() < 400);
        assert_eq!(quoted("group", &[]), "");
    }
}
