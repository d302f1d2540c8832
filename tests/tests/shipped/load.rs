//! People who use the site all the time.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Client;
use tests::client;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How many there are.
const PEOPLE: usize = 6;
/// How long each waits before asking again.
const PAUSE: Duration = Duration::from_millis(20);

/// What they were answered: how often which.
pub type Answers = BTreeMap<String, usize>;

/// People who ask for one thing.
pub struct Load {
    stop: CancellationToken,
    people: JoinSet<Answers>,
}

impl Load {
    pub fn on(url: &str) -> Self {
        let stop = CancellationToken::new();
        let people = (0..PEOPLE).map(|_| ask(client(url), url.to_owned(), stop.clone())).collect();
        Self { stop, people }
    }

    /// Everything that was answered until now.
    pub async fn end(self) -> Answers {
        self.stop.cancel();
        let mut all = Answers::new();
        for (answer, times) in self.people.join_all().await.into_iter().flatten() {
            *all.entry(answer).or_default() += times;
        }
        all
    }
}

async fn ask(client: Client, url: String, stop: CancellationToken) -> Answers {
    let mut answers = Answers::new();
    while !stop.is_cancelled() {
        let answer = match client.get(&url).send().await {
            Ok(answer) => answer.status().as_u16().to_string(),
            Err(error) => format!("{error:?}"),
        };
        *answers.entry(answer).or_default() += 1;
        tokio::time::sleep(PAUSE).await;
    }
    answers
}
