//! `provision audit ENV` and `provision audit verify DIR`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::check::FailOn;
use super::session::{LOCAL, Session};
use super::{ExitStatus, Failed, Global, shipping};
use crate::address::Address;
use crate::audit::build::{Findings, build};
use crate::audit::collect::{Collected, collect};
use crate::audit::report::{Method, Report, Scope, StateVersion, Unread};
use crate::audit::{asff, files, pdf, trend};
use crate::compliance::assess::assess;
use crate::compliance::catalog::{self, Catalog};
use crate::compliance::population::Population;
use crate::definition::{Diagnostics, Endpoint, Refusal, Sources};
use crate::engine::drift;
use crate::engine::refresh::survey;
use crate::view::{self, Failure, Stream, View};

/// Arguments of `audit`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  provision audit prod                          reads AWS, writes .local/audit/prod/TIME/
  provision audit prod --out evidence/2026-q4   into a folder of one's own
  provision audit prod --fail-on medium         exit code 2 from medium on; never: `--fail-on none`
  provision audit prod --import-findings        tells Security Hub as well
  provision audit verify evidence/2026-q4       whether its files are as they were written

It changes nothing on AWS but for `--import-findings`. A report is evidence for the criteria of
SOC 2; that they are met is for auditors to say."
)]
pub struct Audit {
    #[command(subcommand)]
    command: Option<Command>,
    /// The environment: the name of a file in `config/`.
    #[arg(required = true)]
    env: Option<String>,
    /// The folder to write. Default: `.local/audit/ENV/` and the time.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The folder of an earlier report, to show what has changed. Default: the newest beside this
    /// one.
    #[arg(long, value_name = "DIR")]
    since: Option<PathBuf>,
    /// From which severity on a finding fails the run.
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    fail_on: FailOn,
    /// Tell Security Hub what was found.
    #[arg(long)]
    import_findings: bool,
    /// No PDF, although there is a Chromium.
    #[arg(long)]
    no_pdf: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Hold the files of a report to its manifest; exit code 2 when one was changed.
    Verify(Verify),
}

/// Arguments of `audit verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provision audit verify evidence/2026-q4     whether its files are as they were written

Compare the hash that it prints with the one that `audit` printed: a manifest can be changed too.")]
struct Verify {
    /// The report's folder.
    dir: PathBuf,
}

impl Audit {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        match (&self.command, &self.env) {
            (Some(Command::Verify(verify)), _) => verify.run(global),
            (None, Some(env)) => self.audit(&env.clone(), global, view).await,
            (None, None) => Err(Failed::new("which environment?")),
        }
    }

    async fn audit(
        &self,
        env: &str,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        let began = Timestamp::now();
        let session = Session::open(global, env, None, view).await?;
        let mut sources = Sources::clone(&session.declared.sources);
        let catalog = controls(global, &session, &mut sources)?;
        if session.is_new {
            return Err(Failed::new(format!("there is nothing of `{env}` yet")).hint(format!(
                "`provision up {env}` makes it, `provision check {env}` needs no AWS"
            )));
        }
        view.wait(Some("reading AWS …"));
        let report = self.report(env, began, &session, &catalog, &sources).await;
        view.wait(None);
        let mut report = report?;
        let folder = self.folder(global, env, &report);
        report.trend = self.trend(&folder, &report)?;
        files::write(&folder, &report)?;
        self.print(&folder, view).await;
        let seal = files::seal(&folder, &report)?;
        let imported = match self.import_findings {
            true => Some(asff::import(&session.cx, &report).await?),
            false => None,
        };
        let outcome = view::audit::Written {
            report: &report,
            folder: &folder,
            seal: &seal,
            imported: imported.as_ref(),
        };
        let streams = global.streams();
        match global.json {
            true => {
                view::audit::lines(&outcome).iter().for_each(|line| streams.line(Stream::Out, line))
            }
            false => {
                streams.line(Stream::Out, &view::audit::text(&outcome, streams.width(Stream::Out)))
            }
        }
        session.close(global, view).await?;
        Ok(self.status(&report))
    }

    /// Reads AWS, and holds what is there to the controls.
    async fn report(
        &self,
        env: &str,
        began: Timestamp,
        session: &Session,
        catalog: &Catalog,
        sources: &Sources,
    ) -> Result<Report, Failed> {
        let (cx, parallel) = (&session.cx, session.environment.parallel);
        let (survey, collected) = tokio::join!(
            survey(cx, &session.kinds, &session.state, parallel),
            collect(cx, &session.state),
        );
        let ((world, unread), collected) = (survey?, collected?);
        let was_read = |kind: &str| !unread.contains_key(kind);
        let (state, kinds, program) = (&session.state, &session.kinds, &session.program);
        let population = Population::live(state, kinds, &world, was_read, program);
        let today = Timestamp::now().to_zoned(TimeZone::system()).date();
        let assessments = assess(catalog, &population, env, today)
            .map_err(|error| Failed::Other(Failure::of(&error)))?;
        let mut drift = drift::drift(state, kinds, &world);
        drift.retain(|drift| was_read(&drift.kind));
        let there: BTreeSet<&Address> = population.iter().map(|it| &it.address).collect();
        let missing = program.declarations.keys().filter(|address| !there.contains(address));
        let missing = missing.map(ToString::to_string).collect();
        let unread = unread.iter().map(|(kind, error)| Unread::new(kind, error)).collect();
        let (scope, method) = (scope(session), method(session, began, &collected, unread, sources));
        let found = Findings {
            catalog,
            population: &population,
            assessments: &assessments,
            world: &world,
            sources,
            drift: &drift,
            missing,
        };
        Ok(build(&found, scope, method, collected))
    }

    fn folder(&self, global: &Global, env: &str, report: &Report) -> PathBuf {
        let time = report.method.ended.strftime("%Y-%m-%dT%H%M%SZ").to_string();
        let usual = || global.root.join(LOCAL).join("audit").join(env).join(time);
        self.out.clone().unwrap_or_else(usual)
    }

    fn trend(&self, folder: &Path, report: &Report) -> Result<Option<trend::Trend>, Failed> {
        let before = match (&self.since, folder.parent()) {
            (Some(since), _) => Some(trend::read(&since.join(files::REPORT))?),
            (None, Some(parent)) => trend::newest(parent, &report.scope.environment),
            (None, None) => None,
        };
        Ok(before.map(|(before, hash)| trend::trend(report, &before, hash)))
    }

    /// A report without a PDF is whole: what is in it is in the page as well.
    async fn print(&self, folder: &Path, view: &mut dyn View) {
        if self.no_pdf {
            return;
        }
        view.wait(Some("printing …"));
        let printed = pdf::print(folder).await;
        view.wait(None);
        match printed {
            Ok(()) => {}
            Err(pdf::PdfError::NoChromium) => {
                view.note(
                    "no PDF: there is no Chromium here; a browser prints report.html as well",
                );
            }
            Err(error) => {
                let text = format!("there is no PDF: {}", crate::engine::execute::chain(&error));
                view.warn(&text, Some("a browser prints report.html as well"));
            }
        }
    }

    /// An exception that has expired fails whatever its severity: somebody said that it would end.
    fn status(&self, report: &Report) -> ExitStatus {
        let Some(severity) = self.fail_on.severity() else { return ExitStatus::Done };
        let fails = report
            .findings()
            .any(|(control, test)| control.severity >= severity || test.exception.is_some());
        if fails { ExitStatus::Changes } else { ExitStatus::Done }
    }
}

fn controls(global: &Global, session: &Session, sources: &mut Sources) -> Result<Catalog, Failed> {
    let mut diagnostics = Diagnostics::default();
    let catalog = catalog::read(&global.root, &session.kinds, sources, &mut diagnostics);
    if diagnostics.has_errors() {
        let (sources, diagnostics) = (std::mem::take(sources), diagnostics.sorted());
        return Err(Failed::Definition(Box::new(Refusal { sources, diagnostics })));
    }
    match catalog.controls.is_empty() {
        true => Err(super::check::no_controls()),
        false => Ok(catalog),
    }
}

fn scope(session: &Session) -> Scope {
    Scope {
        environment: session.environment.name.clone(),
        account: session.cx.account.clone(),
        region: session.cx.region.clone(),
        endpoint: match &session.environment.endpoint {
            Endpoint::Aws => "aws".to_owned(),
            Endpoint::Sandbox => "sandbox".to_owned(),
            Endpoint::Url(url) => url.clone(),
        },
        state: StateVersion {
            lineage: session.state.lineage.clone(),
            serial: session.state.serial,
        },
    }
}

fn method(
    session: &Session,
    began: Timestamp,
    collected: &Collected,
    unread: Vec<Unread>,
    sources: &Sources,
) -> Method {
    let calls = session.cx.clients.meter().calls();
    let judges = sources.iter().filter(|source| catalog::is_of(&source.path));
    Method {
        began,
        ended: Timestamp::now(),
        caller: collected.caller.0.clone(),
        caller_id: collected.caller.1.clone(),
        tool: format!("provision {}", env!("CARGO_PKG_VERSION")),
        commit: shipping::commit(&session.environment.root),
        definitions: judges
            .map(|source| (source.path.clone(), files::hash(source.text.as_bytes())))
            .collect(),
        calls: calls.into_iter().map(|(operation, calls)| (operation, calls.count)).collect(),
        unread,
    }
}

impl Verify {
    fn run(&self, global: &Global) -> Result<ExitStatus, Failed> {
        let verified = files::verify(&self.dir)?;
        let streams = global.streams();
        match global.json {
            true => streams.line(Stream::Out, &view::audit::verified_line(&verified)),
            false => streams.line(Stream::Out, &view::audit::verified(&verified)),
        }
        Ok(if verified.is_intact() { ExitStatus::Done } else { ExitStatus::Changes })
    }
}
