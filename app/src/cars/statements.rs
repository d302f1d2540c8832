//! What is asked of the database, each statement checked against its schema at compile time.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::page::PositionKey;
use super::{Car, CarDraft, Filter, ListQuery, Position, Precondition, Price, SortKey};
use crate::database::Operation;

/// The cars of a page, and one more if there is one.
pub(super) struct Page<'a> {
    pub query: &'a ListQuery,
}

impl Operation for Page<'_> {
    type Output = Vec<Car>;

    async fn run(&self, connection: &mut PgConnection) -> sqlx::Result<Vec<Car>> {
        select_page(connection, self.query).await
    }
}

/// One car.
pub(super) struct Read {
    pub id: i64,
}

impl Operation for Read {
    type Output = Option<Car>;

    async fn run(&self, connection: &mut PgConnection) -> sqlx::Result<Option<Car>> {
        sqlx::query_as!(
            Car,
            r#"select id, make, model, year, color, price as "price: Price",
                      created_at, updated_at, version
               from cars where id = $1"#,
            self.id
        )
        .fetch_optional(connection)
        .await
    }
}

/// Whether there is a car.
pub(super) struct Exists {
    pub id: i64,
}

impl Operation for Exists {
    type Output = bool;

    async fn run(&self, connection: &mut PgConnection) -> sqlx::Result<bool> {
        sqlx::query_scalar!(
            r#"select exists (select from cars where id = $1) as "exists!""#,
            self.id
        )
        .fetch_one(connection)
        .await
    }
}

/// A new car.
pub(super) struct Create<'a> {
    pub draft: &'a CarDraft,
}

impl Operation for Create<'_> {
    type Output = Car;

    async fn run(&self, connection: &mut PgConnection) -> sqlx::Result<Car> {
        let CarDraft { make, model, year, color, price } = self.draft;
        sqlx::query_as!(
            Car,
            r#"insert into cars (make, model, year, color, price)
               values ($1, $2, $3, $4, $5)
               returning id, make, model, year, color, price as "price: Price",
                         created_at, updated_at, version"#,
            make,
            model,
            year,
            color,
            price.amount()
        )
        .fetch_one(connection)
        .await
    }
}

/// A car as it shall be, if it is in a version that may be changed.
pub(super) struct Replace<'a> {
    pub id: i64,
    pub draft: &'a CarDraft,
    pub precondition: &'a Precondition,
}

impl Operation for Replace<'_> {
    type Output = Option<Car>;

    async fn run(&self, connection: &mut PgConnection) -> sqlx::Result<Option<Car>> {
        let CarDraft { make, model, year, color, price } = self.draft;
        sqlx::query_as!(
            Car,
            r#"update cars
               set make = $3, model = $4, year = $5, color = $6, price = $7,
                   version = version + 1, updated_at = now()
               where id = $1 and ($2::bigint[] is null or version = any($2))
               returning id, make, model, year, color, price as "price: Price",
                         created_at, updated_at, version"#,
            self.id,
            self.precondition.versions() as Option<&[i64]>,
            make,
            model,
            year,
            color,
            price.amount()
        )
        .fetch_optional(connection)
        .await
    }
}

/// No car any more, if it is in a version that may be removed.
pub(super) struct Delete<'a> {
    pub id: i64,
    pub precondition: &'a Precondition,
}

impl Operation for Delete<'_> {
    type Output = bool;

    async fn run(&self, connection: &mut PgConnection) -> sqlx::Result<bool> {
        let deleted = sqlx::query!(
            "delete from cars where id = $1 and ($2::bigint[] is null or version = any($2))",
            self.id,
            self.precondition.versions() as Option<&[i64]>
        )
        .execute(connection)
        .await?;
        Ok(deleted.rows_affected() > 0)
    }
}

/// One statement for each order, all checked at compile time. One more car than asked for is read:
/// it tells whether there is another page.
macro_rules! page {
    ($connection:ident, $query:ident, $key:ident, $column:tt, $type:tt, $compare:tt, $direction:tt) => {{
        let Filter { make, model, year, color, min_price, max_price, phrase } = &$query.filter;
        sqlx::query_as!(
            Car,
            r#"select id, make, model, year, color, price as "price: Price",
                      created_at, updated_at, version
               from cars
               where ($1::text is null or lower(make) = lower($1))
                 and ($2::text is null or lower(model) = lower($2))
                 and ($3::int is null or year = $3)
                 and ($4::text is null or lower(color) = lower($4))
                 and ($5::numeric is null or price >= $5)
                 and ($6::numeric is null or price <= $6)
                 and ($7::text is null or search @@ search_query($7))
                 and ($8::"#
                + $type
                + " is null or ("
                + $column
                + ", id) "
                + $compare
                + " ($8, $9))
               order by "
                + $column
                + " "
                + $direction
                + ", id "
                + $direction
                + "
               limit $10",
            make.as_deref(),
            model.as_deref(),
            *year,
            color.as_deref(),
            *min_price,
            *max_price,
            phrase.as_deref(),
            $key,
            $query.after.as_ref().map(|position| position.id),
            i64::try_from($query.limit).unwrap_or(i64::MAX - 1) + 1,
        )
        .fetch_all($connection)
        .await
    }};
}

macro_rules! page_in_order {
    ($connection:ident, $query:ident, $key:ident, $column:tt, $type:tt) => {
        if $query.order.descending {
            page!($connection, $query, $key, $column, $type, "<", "desc")
        } else {
            page!($connection, $query, $key, $column, $type, ">", "asc")
        }
    };
}

async fn select_page(
    connection: &mut PgConnection,
    query: &ListQuery,
) -> Result<Vec<Car>, sqlx::Error> {
    let after = After::from(query.after.as_ref());
    let After { time, text, year: model_year, price } = after;
    match query.order.key {
        SortKey::CreatedAt => {
            page_in_order!(connection, query, time, "created_at", "timestamptz")
        }
        SortKey::Make => page_in_order!(connection, query, text, "make", "text"),
        SortKey::Model => page_in_order!(connection, query, text, "model", "text"),
        SortKey::Year => page_in_order!(connection, query, model_year, "year", "int"),
        SortKey::Color => page_in_order!(connection, query, text, "color", "text"),
        SortKey::Price => page_in_order!(connection, query, price, "price", "numeric"),
    }
}

/// The key of the last car seen, in the type of its column.
#[derive(Default)]
struct After<'a> {
    time: Option<DateTime<Utc>>,
    text: Option<&'a str>,
    year: Option<i32>,
    price: Option<Decimal>,
}

impl<'a> From<Option<&'a Position>> for After<'a> {
    fn from(position: Option<&'a Position>) -> Self {
        let mut after = Self::default();
        match position.map(|position| &position.key) {
            Some(PositionKey::Time(time)) => after.time = Some(*time),
            Some(PositionKey::Text(text)) => after.text = Some(text),
            Some(PositionKey::Year(year)) => after.year = Some(*year),
            Some(PositionKey::Price(price)) => after.price = Some(*price),
            None => {}
        }
        after
    }
}
