//! Cars to begin with: the same on every machine.

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

const MODELS: [(&str, &str, u64); 24] = [
    ("Toyota", "Corolla", 23_000),
    ("Toyota", "RAV4", 31_000),
    ("Toyota", "Prius", 29_000),
    ("Honda", "Civic", 25_000),
    ("Honda", "CR-V", 32_000),
    ("Ford", "F-150", 41_000),
    ("Ford", "Mustang", 36_000),
    ("Ford", "Mustang Mach-E", 43_000),
    ("Chevrolet", "Silverado", 42_000),
    ("Chevrolet", "Bolt EUV", 28_000),
    ("Tesla", "Model 3", 40_000),
    ("Tesla", "Model Y", 46_000),
    ("BMW", "330i", 45_000),
    ("BMW", "X5", 66_000),
    ("Mercedes-Benz", "C 300", 48_000),
    ("Mercedes-Benz", "EQS", 105_000),
    ("Audi", "A4", 42_000),
    ("Volkswagen", "Golf GTI", 32_000),
    ("Hyundai", "Ioniq 5", 43_000),
    ("Kia", "EV6", 44_000),
    ("Mazda", "MX-5", 30_000),
    ("Subaru", "Outback", 30_000),
    ("Volvo", "XC60", 47_000),
    ("Škoda", "Octavia", 27_000),
];
const COLORS: [&str; 8] = ["White", "Black", "Silver", "Gray", "Blue", "Red", "Green", "Orange"];
const BATCH: usize = 1000;

/// Why the cars could not be added.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// There are cars already, which are not ours to mix with.
    #[error("the inventory is not empty: it has {0} cars")]
    NotEmpty(i64),
    /// The database refused.
    #[error("the cars could not be added")]
    Database(#[from] sqlx::Error),
}

/// One of the cars to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedCar {
    make: &'static str,
    model: &'static str,
    year: i32,
    color: &'static str,
    price: Decimal,
    created_at: DateTime<Utc>,
}

/// The first `count` of the cars to begin with, which are the same for ever.
pub fn seeded(count: usize) -> impl Iterator<Item = SeedCar> {
    let mut random = SplitMix(2025);
    let beginning = DateTime::from_timestamp(1_735_689_600, 0).unwrap_or_default();
    (0..count).map(move |number| {
        let (make, model, new_price) = MODELS[random.below(MODELS.len() as u64) as usize];
        let age = random.below(8);
        let full = new_price * 100 + random.below(400_000);
        let cents = full * (100 - 8 * age) / 100;
        SeedCar {
            make,
            model,
            year: 2025 - age as i32,
            color: COLORS[random.below(COLORS.len() as u64) as usize],
            price: Decimal::new(cents as i64, 2),
            created_at: beginning + Duration::minutes(number as i64),
        }
    })
}

/// Adds `count` cars to an empty inventory, all or none.
///
/// # Errors
/// When there are cars already, or the database refuses.
pub async fn seed(connection: &mut PgConnection, count: usize) -> Result<(), SeedError> {
    use sqlx::Connection as _;

    let mut transaction = connection.begin().await?;
    // Two that seed at once must not both find it empty.
    sqlx::query!("lock table cars in share row exclusive mode").execute(&mut *transaction).await?;
    let there = sqlx::query_scalar!(r#"select count(*) as "count!" from cars"#)
        .fetch_one(&mut *transaction)
        .await?;
    if there > 0 {
        return Err(SeedError::NotEmpty(there));
    }
    let cars: Vec<_> = seeded(count).collect();
    for batch in cars.chunks(BATCH) {
        insert(&mut transaction, batch).await?;
    }
    transaction.commit().await?;
    sqlx::query!("analyze cars").execute(connection).await?;
    Ok(())
}

async fn insert(connection: &mut PgConnection, cars: &[SeedCar]) -> Result<(), sqlx::Error> {
    let column = |of: fn(&SeedCar) -> &'static str| -> Vec<String> {
        cars.iter().map(|car| of(car).to_owned()).collect()
    };
    sqlx::query!(
        "insert into cars (make, model, year, color, price, created_at, updated_at)
         select make, model, year, color, price, created_at, created_at
         from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::numeric[], $6::timestamptz[])
              with ordinality as new (make, model, year, color, price, created_at, number)
         order by number",
        &column(|car| car.make),
        &column(|car| car.model),
        &cars.iter().map(|car| car.year).collect::<Vec<_>>(),
        &column(|car| car.color),
        &cars.iter().map(|car| car.price).collect::<Vec<_>>(),
        &cars.iter().map(|car| car.created_at).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The generator of Steele, Lea and Flood: small, and the same in every version of every library.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        let mut random = SplitMix(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn more_cars_begin_with_the_same_ones() {
        let few: Vec<_> = seeded(10).collect();
        let many: Vec<_> = seeded(500).collect();
        assert_eq!(few, many[..10]);
        assert!(many.iter().all(|car| car.price > Decimal::from(5000) && car.year > 2017));
    }
}
