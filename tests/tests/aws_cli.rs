//! The AWS CLI drives every service: it creates, describes with paging and filters, tags and
//! deletes, and tells errors by their code and its exit status.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests")]

mod strangers;

use strangers::Stranger;

/// One scenario of `cli.py` in a sandbox of its own.
async fn scenario(name: &str) {
    if let Some(stranger) = Stranger::python("awscli").await {
        stranger.run("cli.py", &[name]).await;
    }
}

macro_rules! scenarios {
    ($($name:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            scenario(stringify!($name)).await;
        }
    )*};
}

scenarios! { ec2 rds ecr ecs iam secretsmanager kms logs sts s3 errors program }
