//! Which statements a program that runs already can't live with.
//!
//! Only words are looked at, and no grammar: no parser knows all of PostgreSQL's, and what a
//! statement does to a table stands in its first words.

use std::collections::BTreeSet;

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use super::Finding;

const GONE: &str = "the release that runs may still use it";
const RENAMED: &str = "the release that runs knows it by its old name";
const TYPE: &str = "the release that runs reads and writes the old type";
const REQUIRED: &str = "the release that runs may write rows without it";
const CHECKED: &str = "the release that runs may write rows that it refuses";
const EMPTIED: &str = "the release that runs may still read the rows";
const UNKNOWN: &str = "what a block of code does can't be told";
const UNREADABLE: &str = "it can't be read as SQL";

/// What ends to exist breaks whoever uses it; an index or a trigger nobody names.
const USED: [&str; 11] = [
    "TABLE",
    "VIEW",
    "MATERIALIZED",
    "FOREIGN",
    "SEQUENCE",
    "TYPE",
    "DOMAIN",
    "FUNCTION",
    "PROCEDURE",
    "SCHEMA",
    "EXTENSION",
];
/// What begins a constraint.
const CONSTRAINTS: [&str; 6] = ["CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "EXCLUDE"];
/// Words between a verb and a name.
const FILLERS: [&str; 7] = ["IF", "NOT", "EXISTS", "ONLY", "CONCURRENTLY", "MATERIALIZED", "TABLE"];

/// A statement: its words, those outside of quotes in capitals, and where it begins.
struct Statement {
    words: Vec<String>,
    start: Location,
}

/// The statements of a migration that break the release before. `made` are the tables that these
/// migrations have made, which it does not know.
pub(super) fn breaking(file: &str, sql: &str, made: &mut BTreeSet<String>) -> Vec<Finding> {
    let finding = |(line, column): (u64, u64), why| Finding {
        file: file.to_owned(),
        line,
        column,
        text: text_of(sql, line),
        why,
    };
    let tokens = match Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location() {
        Ok(tokens) => tokens,
        Err(error) => {
            return vec![finding((error.location.line, error.location.column), UNREADABLE)];
        }
    };
    let mut findings = Vec::new();
    for statement in statements(tokens) {
        let words: Vec<&str> = statement.words.iter().map(String::as_str).collect();
        if let Some(table) = made_by(&words) {
            made.insert(table);
        } else if let Some(why) = judge(&words, made) {
            findings.push(finding((statement.start.line, statement.start.column), why));
        }
    }
    findings
}

fn text_of(sql: &str, line: u64) -> String {
    let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    sql.lines().nth(index).unwrap_or_default().trim().to_owned()
}

fn statements(tokens: Vec<TokenWithSpan>) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut open: Option<Statement> = None;
    for TokenWithSpan { token, span } in tokens {
        let word = match token {
            Token::Whitespace(_) | Token::EOF => continue,
            Token::SemiColon => {
                statements.extend(open.take());
                continue;
            }
            Token::Word(word) if word.quote_style.is_none() => word.value.to_uppercase(),
            other => other.to_string(),
        };
        let fresh = || Statement { words: Vec::new(), start: span.start };
        open.get_or_insert_with(fresh).words.push(word);
    }
    statements.extend(open);
    statements
}

fn judge(words: &[&str], made: &BTreeSet<String>) -> Option<&'static str> {
    let known = |rest: &[&str]| !made.contains(&name(rest).0);
    match words {
        ["DROP", kind, rest @ ..] if USED.contains(kind) => known(rest).then_some(GONE),
        ["TRUNCATE", rest @ ..] => known(rest).then_some(EMPTIED),
        ["DO", ..] => Some(UNKNOWN),
        ["CREATE", "UNIQUE", "INDEX", rest @ ..] => {
            let table = rest.iter().position(|word| *word == "ON").map(|on| &rest[on + 1..]);
            table.is_none_or(known).then_some(CHECKED)
        }
        ["ALTER", "TABLE", rest @ ..] => {
            let (table, actions) = name(rest);
            let known = !made.contains(&table);
            split(actions).into_iter().find_map(judge_action).filter(|_| known)
        }
        ["ALTER", _, rest @ ..] if rest.contains(&"RENAME") => Some(RENAMED),
        _ => None,
    }
}

/// Why one action of an ALTER TABLE breaks who uses the table.
fn judge_action(action: &[&str]) -> Option<&'static str> {
    match action {
        ["DROP" | "RENAME", "CONSTRAINT", ..] => None,
        ["DROP", ..] => Some(GONE),
        ["RENAME", ..] | ["SET", "SCHEMA", ..] => Some(RENAMED),
        ["ALTER", "COLUMN", _, rest @ ..] | ["ALTER", _, rest @ ..] => match rest {
            ["TYPE", ..] | ["SET", "DATA", "TYPE", ..] => Some(TYPE),
            ["SET", "NOT", "NULL"] | ["DROP", "DEFAULT" | "IDENTITY"] => Some(REQUIRED),
            _ => None,
        },
        ["ADD", kind, ..] if CONSTRAINTS.contains(kind) => Some(CHECKED),
        ["ADD", rest @ ..] => {
            let required = rest.windows(2).any(|pair| pair == ["NOT", "NULL"]);
            let filled = rest.iter().any(|word| ["DEFAULT", "GENERATED"].contains(word));
            (required && !filled).then_some(REQUIRED)
        }
        _ => None,
    }
}

/// The table that a statement makes.
fn made_by(words: &[&str]) -> Option<String> {
    let rest = match words {
        ["CREATE", "TABLE", rest @ ..] => rest,
        ["CREATE", "TEMP" | "TEMPORARY" | "UNLOGGED", "TABLE", rest @ ..] => rest,
        _ => return None,
    };
    Some(name(rest).0)
}

/// The last part of the name that comes first, as PostgreSQL folds it, and what follows it.
fn name<'a, 'b>(words: &'a [&'b str]) -> (String, &'a [&'b str]) {
    let mut at = words.iter().take_while(|word| FILLERS.contains(word)).count();
    while words.get(at + 1) == Some(&".") {
        at += 2;
    }
    let name = words.get(at).copied().unwrap_or_default();
    let name = match name.strip_prefix('"') {
        Some(quoted) => quoted.trim_end_matches('"').to_owned(),
        None => name.to_lowercase(),
    };
    (name, words.get(at + 1..).unwrap_or_default())
}

/// The parts between the commas outside of parentheses.
fn split<'a, 'b>(words: &'a [&'b str]) -> Vec<&'a [&'b str]> {
    let mut depth = 0_usize;
    words
        .split(|word| {
            match *word {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            *word == "," && depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whys(sql: &str) -> Vec<&'static str> {
        let found = breaking("1.sql", sql, &mut BTreeSet::new());
        found.into_iter().map(|finding| finding.why).collect()
    }

    #[test]
    fn what_only_adds_is_well() {
        let additions = "
            create table if not exists public.wheels (id bigint primary key, car bigint not null);
            alter table wheels add constraint one unique (car);
            create unique index wheels_of on wheels (car);
            alter table cars add column note text, add column seats integer not null default 5;
            alter table cars add search tsvector not null generated always as (f(make, 'a;b')) stored;
            alter table cars alter column note set default 'drop table cars; --';
            alter table cars drop constraint cars_year_check, validate constraint other;
            create index on cars (lower(make), lower(model));
            drop index old_index; drop trigger t on cars;
            create function f(a text) returns text language sql as $$ drop table cars; $$;
            update cars set note = '' where note is null; -- drop table cars;
            drop table wheels;";
        assert_eq!(whys(additions), [""; 0]);
    }

    #[test]
    fn what_takes_away_or_demands_is_not() {
        for (statement, why) in [
            ("drop table if exists cars", GONE),
            ("drop view \"Cars\"", GONE),
            ("drop function search_words(text)", GONE),
            ("alter table only cars drop column if exists make", GONE),
            ("alter table cars drop make", GONE),
            ("alter table cars add column x int default 1, drop column make", GONE),
            ("alter table shop.cars rename column make to maker", RENAMED),
            ("alter table cars rename to vehicles", RENAMED),
            ("alter type color rename value 'red' to 'scarlet'", RENAMED),
            ("alter table cars set schema old", RENAMED),
            ("alter table cars alter price type numeric(10, 2)", TYPE),
            ("alter table cars alter column price set data type text", TYPE),
            ("alter table cars alter column note set not null", REQUIRED),
            ("alter table cars alter column version drop default", REQUIRED),
            ("alter table cars add column seats integer not null", REQUIRED),
            ("alter table cars add constraint dear check (price > 1) not valid", CHECKED),
            ("create unique index concurrently on cars (make)", CHECKED),
            ("truncate table cars", EMPTIED),
            ("do $$ begin execute 'drop table cars'; end $$", UNKNOWN),
            ("select 'unfinished", UNREADABLE),
        ] {
            assert_eq!(whys(statement), [why], "{statement}");
        }
    }

    #[test]
    fn each_statement_has_its_place() {
        let sql = "-- first\nselect 1; drop table cars;\n\n  truncate cars;\n";
        let found = breaking("1.sql", sql, &mut BTreeSet::new());
        let places: Vec<_> = found.iter().map(|one| (one.line, one.column)).collect();
        assert_eq!(places, [(2, 11), (4, 3)]);
        assert_eq!(found[1].text, "truncate cars;");
    }
}
