//! `provision logs ENV [NAME]`

use std::cell::Cell;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::time::Duration;

use clap::Args;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use tokio::signal::unix::{SignalKind, signal};

use super::session::Session;
use super::{ExitStatus, Failed, Global};
use crate::aws::logs::{Event, Missing, Tail};
use crate::view::logs::{Form, Source, line};
use crate::view::{Stream, Streams, View};

mod groups;

use groups::Group;

/// How far back is shown where nobody says.
const SINCE: SignedDuration = SignedDuration::from_mins(10);
/// How often new lines are asked for. AWS lets an account ask some ten times a second.
const PAUSE: Duration = Duration::from_secs(2);

/// Arguments of `logs`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision logs prod api                        what was written in the last ten minutes
  provision logs prod api -f                     the same, and what comes, until Ctrl-C
  provision logs prod network.main -n 100        the last hundred lines, however old
  provision logs prod api --since 2h --filter timeout
  provision logs prod --since 1d --filter '{$.level=\"ERROR\"}' --json | jq -r .message

Shown are the log groups that objects write to: of App Runner both the program's own lines and, as
`events`, what App Runner says of deployments and health checks; of ECS, web ACLs and flow logs
theirs; and the log groups that are declared. On a terminal, times are local and lines of JSON are shown as what they say; in a
pipe and with `--json`, messages are as they were written.")]
pub struct Logs {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// What writes: a stack, a component or an object, as `api`, `api.main` or `api.main.service`.
    /// Default: everything.
    name: Option<String>,
    /// Go on with what is written meanwhile, until Ctrl-C.
    #[arg(long, short)]
    follow: bool,
    /// From when on: how long ago, as `90s`, `10m`, `2h` or `1d`, or a time, as
    /// `2026-11-23T14:05:00Z`. Default: ten minutes ago, or with `--lines` any time.
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<Timestamp>,
    /// Only what fits this filter pattern of CloudWatch: words that must be there, `?a ?b` for one
    /// of them, `-a` for none, in double quotes where there are other characters.
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Only the last lines of what there is.
    #[arg(long, short = 'n', value_name = "COUNT")]
    lines: Option<usize>,
}

impl Logs {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let session = Session::open(global, &self.env, None, view).await?;
        let groups = groups::of(&session, self.name.as_deref())?;
        let start = self.since.unwrap_or_else(|| Timestamp::now() - SINCE);
        let names = groups.iter().map(|group| group.name.as_str());
        let tail = Tail::new(&session.cx, names, self.filter.clone(), start);
        let screen = Screen::new(global, &groups);
        if self.follow {
            let mut interrupt = signal(SignalKind::interrupt())?;
            tokio::select! {
                result = self.forever(tail, &screen, view) => result?,
                // That is how one leaves what goes on for ever.
                _ = interrupt.recv() => {}
            }
        } else {
            self.once(tail, &screen, view).await?;
        }
        session.close(global, view).await?;
        Ok(ExitStatus::Done)
    }

    /// Shows what there is.
    async fn once(
        &self,
        mut tail: Tail<'_>,
        screen: &Screen<'_>,
        view: &mut dyn View,
    ) -> Result<(), Failed> {
        let (shown, missing) = self.first(&mut tail, screen).await?;
        if missing.len() == screen.groups.len() {
            return Err(groups::none_exists(screen.groups));
        }
        groups::tell(&missing, screen.groups, view);
        if shown == 0 && self.lines != Some(0) {
            view.note(&self.nothing());
        }
        Ok(())
    }

    fn nothing(&self) -> String {
        let what = if self.filter.is_some() { "nothing that fits" } else { "nothing" };
        match (self.since, self.lines) {
            (None, None) => {
                format!(
                    "{what} was written in the last ten minutes; `--since 1d` looks further back"
                )
            }
            (None, Some(_)) => format!("{what} was ever written"),
            (Some(_), _) => format!("{what} was written since then"),
        }
    }

    /// Shows what there is, and then what comes. What can pass does not end it.
    async fn forever(
        &self,
        mut tail: Tail<'_>,
        screen: &Screen<'_>,
        view: &mut dyn View,
    ) -> Result<(), Failed> {
        let (_, mut missing) = self.first(&mut tail, screen).await?;
        groups::tell(&missing, screen.groups, view);
        let mut is_told = false;
        while screen.has_reader() {
            tokio::time::sleep(PAUSE).await;
            match tail.read(|index, event| screen.show(index, &event)).await {
                Ok(gone) => {
                    groups::tell(&(&gone - &missing), screen.groups, view);
                    (missing, is_told) = (gone, false);
                }
                Err(error) if error.is_transient() => {
                    if !std::mem::replace(&mut is_told, true) {
                        view.warn(&error.to_string(), Some("it is tried again"));
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Shows what there is, and tells how much that was.
    async fn first(
        &self,
        tail: &mut Tail<'_>,
        screen: &Screen<'_>,
    ) -> Result<(usize, Missing), Failed> {
        let mut shown = 0;
        let mut show = |index, event: &Event| {
            shown += 1;
            screen.show(index, event)
        };
        let missing = match self.lines {
            None => tail.read(|index, event| show(index, &event)).await?,
            Some(count) => {
                let (last, missing) = tail.last(count, self.since.is_some()).await?;
                last.iter().try_for_each(|(index, event)| show(*index, event)).is_break();
                missing
            }
        };
        Ok((shown, missing))
    }
}

/// Where lines go.
struct Screen<'a> {
    form: Form,
    streams: Streams,
    groups: &'a [Group],
    has_reader: Cell<bool>,
}

impl<'a> Screen<'a> {
    fn new(global: &Global, groups: &'a [Group]) -> Self {
        let form = match (global.json, io::stdout().is_terminal()) {
            (true, _) => Form::Json,
            (false, true) => Form::Terminal(TimeZone::system()),
            (false, false) => Form::Plain(TimeZone::system()),
        };
        Self { form, streams: global.streams(), groups, has_reader: Cell::new(true) }
    }

    /// Whether somebody reads: `head` goes away when it has enough.
    fn has_reader(&self) -> bool {
        self.has_reader.get()
    }

    fn show(&self, index: usize, event: &Event) -> ControlFlow<()> {
        let group = &self.groups[index];
        let source = Source { label: group.label.as_deref(), group: &group.name };
        let text = line(&self.form, source, event);
        match self.streams.try_line(Stream::Out, &text) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => {
                self.has_reader.set(false);
                ControlFlow::Break(())
            }
        }
    }
}

/// A time, or how long ago it was.
fn since(text: &str) -> Result<Timestamp, String> {
    let length = text.parse::<Span>().and_then(|span| {
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours())?;
        Timestamp::now().checked_sub(length.abs())
    });
    let local = || text.parse::<DateTime>()?.to_zoned(TimeZone::system()).map(|it| it.timestamp());
    length.or_else(|_| text.parse()).or_else(|_| local()).map_err(|_: jiff::Error| {
        "that is neither a length of time, as `10m`, `2h` or `1d`, nor a time, as \
         `2026-11-23T14:05:00Z`"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_lengths_of_time() {
        let ago = |text| (Timestamp::now() - since(text).unwrap()).get_seconds();
        assert!((599..=601).contains(&ago("10m")) && (86_399..=86_401).contains(&ago("1d")));
        assert!((5_399..=5_401).contains(&ago("1h30m")));
        let time = "2026-11-23T14:05:00Z";
        assert_eq!(since(time).unwrap().to_string(), time);
        assert!(since("2026-11-23").is_ok() && since("2026-11-23 14:05").is_ok());
        for wrong in ["", "10", "soon", "10 parsecs"] {
            assert!(since(wrong).is_err(), "{wrong}");
        }
    }
}
