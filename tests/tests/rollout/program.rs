//! What the test ships: answers `/health` with 200, and everything else as its environment says,
//! with the status `ANSWER` after `DELAY_MS` milliseconds.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

fn main() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u16>().ok());
    let (answer, delay) = (number("ANSWER").unwrap_or(200), number("DELAY_MS").unwrap_or(0));
    let port = number("PORT").unwrap_or(3000);
    let listener = TcpListener::bind(("0.0.0.0", port)).expect("the port is free");
    for stream in listener.incoming().flatten() {
        thread::spawn(move || {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let health = lines.next().is_some_and(|line| line.contains(" /health "));
            while lines.next().is_some_and(|line| !line.is_empty()) {}
            let status = if health { 200 } else { answer };
            thread::sleep(Duration::from_millis(if health { 0 } else { delay.into() }));
            let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nconnection: close");
            let _ = (&stream).write_all(format!("{head}\r\n\r\n").as_bytes());
        });
    }
}
