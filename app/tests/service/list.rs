//! Finding cars: filters, orders, and pages that neither repeat nor lose any.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Lab, Service, car, run, until};

async fn with_seed(count: &str) -> Lab {
    let lab = Lab::new().await;
    let seeded = run(&["seed", "--count", count], &[("DATABASE_URL", &lab.postgres.url())]);
    assert!(seeded.status.success(), "{seeded:?}");
    lab
}

/// All cars that a query lists, page by page.
async fn walk(service: &Service, query: &str) -> Vec<Value> {
    let (mut cars, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = service.get(&format!("/cars?{query}&cursor={cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        cars.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return cars,
        }
    }
}

fn ids(cars: &[Value]) -> Vec<i64> {
    cars.iter().map(|car| car["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn every_order_is_total_in_both_directions() {
    let lab = with_seed("120").await;
    for key in ["created_at", "make", "model", "year", "color", "price"] {
        let up = walk(&lab.service, &format!("sort={key}&limit=17")).await;
        let mut down = ids(&walk(&lab.service, &format!("sort=-{key}&limit=23")).await);
        down.reverse();
        assert_eq!(ids(&up), down, "{key}");
        assert_eq!(up.len(), 120);
        let sorted = up.is_sorted_by(|one, other| match key {
            "price" => cents(one) <= cents(other),
            "year" => one[key].as_i64() <= other[key].as_i64(),
            _ => one[key].as_str() <= other[key].as_str(),
        });
        assert!(sorted, "{key}");
    }
}

fn cents(car: &Value) -> i64 {
    car["price"].as_str().unwrap().replace('.', "").parse().unwrap()
}

#[tokio::test]
async fn cars_that_come_and_go_hide_no_others() {
    let lab = with_seed("200").await;
    let first = lab.postgres.count("select min(id) from cars").await;
    let change = async {
        for number in 0..40 {
            lab.add(&car("Aaa", &format!("A{number}"), &format!("{number}"))).await;
            lab.postgres
                .execute(&format!("delete from cars where id = {}", first + 5 * number))
                .await;
        }
    };
    let walks = async {
        let mut walks = Vec::new();
        for query in ["sort=make&limit=7", "sort=-price&limit=7", "limit=7", "sort=year&limit=7"] {
            walks.push(ids(&walk(&lab.service, query).await));
        }
        walks
    };
    let ((), walks) = tokio::join!(change, walks);
    for seen in walks {
        let mut count = BTreeMap::new();
        seen.into_iter().for_each(|id| *count.entry(id).or_insert(0) += 1);
        assert!(count.values().all(|times| *times == 1), "{count:?}");
        let stayed = (first..first + 200).filter(|id| (id - first) % 5 != 0);
        assert!(stayed.into_iter().all(|id| count.contains_key(&id)));
    }
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let lab = Lab::new().await;
    for (make, model, year, color, price) in [
        ("Tesla", "Model 3", 2023, "Red", "38990"),
        ("Tesla", "Model Y", 2024, "Blue", "44990"),
        ("Ford", "F-150", 2024, "blue", "33835.50"),
        ("Škoda", "Enyaq", 2022, "Green", "39999.99"),
    ] {
        let body = json!({ "make": make, "model": model, "year": year, "color": color,
                           "price": price });
        lab.add(&body).await;
    }
    for (query, expected) in [
        ("make=tesla", vec!["Model 3", "Model Y"]),
        ("color=BLUE", vec!["F-150", "Model Y"]),
        ("make=tesla&color=blue", vec!["Model Y"]),
        ("model=f-150", vec!["F-150"]),
        ("year=2024", vec!["F-150", "Model Y"]),
        ("min_price=38990&max_price=39999.99", vec!["Enyaq", "Model 3"]),
        ("q=tes+mod", vec!["Model 3", "Model Y"]),
        ("q=f+150", vec!["F-150"]),
        ("q=%C5%A1koda", vec!["Enyaq"]),
        ("q=2024+blue", vec!["F-150", "Model Y"]),
        ("q=odel", vec![]),
        // What would be an operator of a search is no word of any car.
        ("q=%27+%26+%7C+%21", vec![]),
        ("make=", vec!["Enyaq", "F-150", "Model 3", "Model Y"]),
    ] {
        let cars = walk(&lab.service, &format!("{query}&sort=model")).await;
        let models: Vec<_> = cars.iter().map(|car| car["model"].as_str().unwrap()).collect();
        assert_eq!(models, expected, "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_named() {
    let lab = with_seed("30").await;
    let next = lab.service.get("/cars?sort=make&limit=5").await.json()["next"].clone();
    let next = next.as_str().unwrap();
    for (query, field) in [
        ("color_=red".to_owned(), "color_"),
        ("year=new".to_owned(), "year"),
        ("min_price=cheap".to_owned(), "min_price"),
        ("sort=wheels".to_owned(), "sort"),
        ("limit=0".to_owned(), "limit"),
        ("limit=101".to_owned(), "limit"),
        ("cursor=abc".to_owned(), "cursor"),
        ("year=2024&year=2023".to_owned(), "year"),
        // A cursor is good for the order that it was given for.
        (format!("sort=price&cursor={next}"), "cursor"),
    ] {
        let fields = lab.service.get(&format!("/cars?{query}")).await.problem(400);
        assert_eq!(fields, [field], "{query}");
    }
}

#[tokio::test]
async fn no_order_and_no_filter_reads_the_whole_table() {
    let mut lab = with_seed("5000").await;
    lab.postgres.execute("select pg_stat_reset()").await;
    for sort in ["created_at", "-created_at", "make", "model", "-year", "color", "-price"] {
        let page = lab.service.get(&format!("/cars?sort={sort}")).await.json();
        let next = page["next"].as_str().unwrap();
        let page = lab.service.get(&format!("/cars?sort={sort}&cursor={next}")).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), 20);
    }
    for filter in ["make=none", "color=none", "year=1990", "q=none", "min_price=999999"] {
        let page = lab.service.get(&format!("/cars?{filter}")).await.json();
        assert_eq!(page["items"], json!([]), "{filter}");
    }
    // A session reports what it did when it ends.
    lab.service.terminate();
    assert!(lab.service.ended().await.success());
    until("the sessions have reported", async || {
        let scans = "select idx_scan from pg_stat_user_tables where relname = 'cars'";
        lab.postgres.count(scans).await >= 19
    })
    .await;
    let scans = "select seq_scan from pg_stat_user_tables where relname = 'cars'";
    assert_eq!(lab.postgres.count(scans).await, 0);
}
