//! `provision state …`

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::session::{Session, load_state};
use super::up::address;
use super::{ExitStatus, Failed, Global};
use crate::address::Address;
use crate::state::{self, State as Document};
use crate::view::{self, Stream, View};

/// Subcommands of `state`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  provision state list dev
  provision state mv dev network.vpc network.main.vpc    after a rename in the YAML
  provision state pull dev > backup.json")]
pub enum State {
    /// List the objects.
    #[command(after_help = "\
Examples:
  provision state list dev
  provision state list dev | grep ec2.subnet | cut -f3    the ids of all subnets
  provision state list dev --json")]
    List(Env),
    /// Show everything known of an object.
    #[command(after_help = "\
Examples:
  provision state show dev network.main.vpc")]
    Show(One),
    /// Give an object another address, after a rename in the YAML.
    #[command(after_help = "\
Examples:
  provision state mv dev network.vpc network.main.vpc
  provision plan dev        then: says that there is nothing to do

The object itself is left alone; its tags follow at the next `up`.")]
    Mv(Move),
    /// Forget an object; it stays on AWS.
    #[command(after_help = "\
Examples:
  provision state rm dev registry.api

What is forgotten but still declared is found again by the next `up`, by its ownership tags: take
it out of the YAML too.")]
    Rm(One),
    /// Print the document.
    #[command(after_help = "\
Examples:
  provision state pull dev > backup.json")]
    Pull(Env),
    /// Write a document in place of the state.
    #[command(after_help = "\
Examples:
  provision state pull dev > state.json     then edit it
  provision state push dev state.json")]
    Push(Push),
}

/// An environment.
#[derive(Debug, Args)]
pub struct Env {
    /// The environment: the name of a file in `config/`.
    env: String,
}

/// An object of an environment.
#[derive(Debug, Args)]
pub struct One {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// Its address.
    address: String,
}

/// Arguments of `state mv`.
#[derive(Debug, Args)]
pub struct Move {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// Its address now.
    from: String,
    /// Its new address.
    to: String,
}

/// Arguments of `state push`.
#[derive(Debug, Args)]
pub struct Push {
    /// The environment: the name of a file in `config/`.
    env: String,
    /// The document; its serial is raised above the one that is there.
    file: PathBuf,
}

impl State {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        match self {
            Self::List(args) => {
                let document = read(global, &args.env, view).await?;
                for (address, entry) in &document.entries {
                    print(global, &listed(global, address, entry));
                }
            }
            Self::Show(args) => {
                let document = read(global, &args.env, view).await?;
                let address = find(&document, &args.address)?;
                let mut one = document;
                one.entries.retain(|other, _| *other == address);
                one.outputs.clear();
                print(global, &encode(&one)?);
            }
            Self::Pull(args) => {
                let document = read(global, &args.env, view).await?;
                print(global, &encode(&document)?);
            }
            Self::Mv(args) => {
                let (from, to) = (args.from.clone(), args.to.clone());
                change(global, &args.env, view, |document| rename(document, &from, &to)).await?;
            }
            Self::Rm(args) => {
                let forget = |document: &mut Document| forget(document, &args.address);
                change(global, &args.env, view, forget).await?;
            }
            Self::Push(args) => push(global, &args, view).await?,
        }
        Ok(ExitStatus::Done)
    }
}

/// One object in one line: columns for `cut` and `awk`, or JSON.
fn listed(global: &Global, address: &Address, entry: &state::Entry) -> String {
    let (kind, status) = (&entry.kind, entry.status.word());
    let id = entry.status.id().map(|id| id.as_str());
    match global.json {
        true => view::json::line(
            "object",
            serde_json::json!({ "address": address, "kind": kind, "id": id, "status": status }),
        ),
        false => format!("{address}\t{kind}\t{}\t{status}", id.unwrap_or("-")),
    }
}

fn print(global: &Global, text: &str) {
    global.streams().line(Stream::Out, text);
}

fn encode(document: &Document) -> Result<String, Failed> {
    let bytes = state::encode(document, "stdout")?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

async fn read(global: &Global, env: &str, view: &mut dyn View) -> Result<Document, Failed> {
    let (store, _) = Session::stores(global, env, view).await?;
    let found = load_state(&*store, env).await?;
    found.ok_or_else(|| {
        Failed::new(format!("the environment `{env}` has no state at {}", store.location()))
            .hint("it is made by the first `provision up`")
    })
}

fn find(document: &Document, text: &str) -> Result<Address, Failed> {
    if let Some((address, _)) = document.entries.get_key_value(text) {
        return Ok(address.clone());
    }
    let failed = Failed::new(format!("there is no object `{text}` in the state"));
    let names = document.entries.keys().map(Address::as_str);
    Err(match crate::definition::diagnostic::did_you_mean(text, names) {
        Some(hint) => failed.hint(hint),
        None => failed,
    })
}

/// Changes the document under the lock, and says what the change says of itself.
async fn change(
    global: &Global,
    env: &str,
    view: &mut dyn View,
    change: impl FnOnce(&mut Document) -> Result<String, Failed>,
) -> Result<(), Failed> {
    let mut session = Session::open(global, env, Some("provision state"), view).await?;
    let result = match change(&mut session.state) {
        Ok(done) => {
            session.state.serial += 1;
            session
                .store
                .save(&session.state)
                .await
                .map(|()| view.note(&done))
                .map_err(Failed::from)
        }
        Err(failed) => Err(failed),
    };
    session.close(global, view).await?;
    result
}

/// `network.vpc stands for ec2.vpc vpc-1 already`.
pub fn stands_for(address: &Address, entry: &state::Entry) -> String {
    let id = entry.status.id().map(|id| format!(" {id}")).unwrap_or_default();
    format!("{address} stands for {}{id} already", entry.kind)
}

fn forget(document: &mut Document, address: &str) -> Result<String, Failed> {
    let address = find(document, address)?;
    let id = document.entries.remove(&address).and_then(|entry| entry.status.id().cloned());
    let what = id.map_or_else(|| "what it stood for".to_owned(), |id| id.to_string());
    Ok(format!("forgot {address}; {what} stays on AWS"))
}

fn rename(document: &mut Document, from: &str, to: &str) -> Result<String, Failed> {
    let from = find(document, from)?;
    let to = address(to)?;
    if let Some(other) = document.entries.get(&to) {
        return Err(Failed::new(stands_for(&to, other))
            .hint("move that one away first, or forget it with `provision state rm`"));
    }
    document.rename(&from, &to);
    Ok(format!("{from} is now {to}"))
}

async fn push(global: &Global, args: &Push, view: &mut dyn View) -> Result<(), Failed> {
    let bytes = fs::read(&args.file).map_err(|error| {
        Failed::new(format!("{} could not be read: {error}", args.file.display()))
            .hint(format!("`provision state pull {} > FILE` makes such a file", args.env))
    })?;
    let mut pushed = state::decode(&bytes, &args.file.display().to_string())
        .map_err(|error| Failed::from(error).hint("nothing was changed: push a whole state"))?;
    if pushed.environment != args.env {
        let (file, of) = (args.file.display(), &pushed.environment);
        return Err(Failed::new(format!("{file} is a state of `{of}`, not of `{}`", args.env))
            .hint("nothing was changed: an environment's objects belong to one state only"));
    }
    let mut session = Session::open(global, &args.env, Some("provision state push"), view).await?;
    if !session.is_new {
        pushed.serial = pushed.serial.max(session.state.serial) + 1;
    }
    session.state = pushed;
    let saved = session.store.save(&session.state).await.map_err(Failed::from);
    if saved.is_ok() {
        let (count, serial) = (session.state.entries.len(), session.state.serial);
        let objects = view::value::count(count, "object");
        view.note(&format!("the state has {objects} now, serial {serial}"));
    }
    session.close(global, view).await?;
    saved
}
