//! The one place that builds SDK clients.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_s3control::config::endpoint as s3control;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder as HttpBuilder, tls};
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::endpoint::EndpointFuture;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::endpoint::Endpoint;
use aws_smithy_types::retry::RetryConfig;

use super::Meter;
use super::meter::Named;

/// How to reach AWS, or what speaks like it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The region to sign for.
    pub region: String,
    /// Another endpoint than AWS's own.
    pub endpoint: Option<String>,
    /// Where the caller's credentials come from.
    pub credentials: Credentials,
    /// How long one attempt at a call may take.
    pub attempt_timeout: Duration,
}

/// Where the caller's credentials come from.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// The SDK's chain: environment, profile, SSO, web identity, container, instance.
    Chain,
    /// A key of an endpoint on this machine.
    Fixed {
        /// The access key id.
        access_key: String,
        /// Its secret.
        secret_key: String,
    },
}

/// The caller could not be established.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No credentials, or they are not valid any more.
    #[error("no usable AWS credentials were found")]
    Credentials(#[source] aws_credential_types::provider::error::CredentialsError),
    /// The trust store could not be read.
    #[error("the certificates of {path} (AWS_CA_BUNDLE) could not be read")]
    Certificates {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}

/// The SDK's clients, made on first use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clients(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: SdkConfig,
    meter: Meter,
    acm: OnceLock<aws_sdk_acm::Client>,
    apprunner: OnceLock<aws_sdk_apprunner::Client>,
    apprunner_once: OnceLock<aws_sdk_apprunner::Client>,
    cloudfront: OnceLock<aws_sdk_cloudfront::Client>,
    ecs: OnceLock<aws_sdk_ecs::Client>,
    wafv2: OnceLock<aws_sdk_wafv2::Client>,
    cloudtrail: OnceLock<aws_sdk_cloudtrail::Client>,
    cloudwatch: OnceLock<aws_sdk_cloudwatch::Client>,
    config_service: OnceLock<aws_sdk_config::Client>,
    logs: OnceLock<aws_sdk_cloudwatchlogs::Client>,
    ec2: OnceLock<aws_sdk_ec2::Client>,
    ec2_once: OnceLock<aws_sdk_ec2::Client>,
    ecr: OnceLock<aws_sdk_ecr::Client>,
    events: OnceLock<aws_sdk_eventbridge::Client>,
    guardduty: OnceLock<aws_sdk_guardduty::Client>,
    iam: OnceLock<aws_sdk_iam::Client>,
    kms: OnceLock<aws_sdk_kms::Client>,
    kms_once: OnceLock<aws_sdk_kms::Client>,
    rds: OnceLock<aws_sdk_rds::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    s3control: OnceLock<aws_sdk_s3control::Client>,
    secretsmanager: OnceLock<aws_sdk_secretsmanager::Client>,
    securityhub: OnceLock<aws_sdk_securityhub::Client>,
    sns: OnceLock<aws_sdk_sns::Client>,
    sts: OnceLock<aws_sdk_sts::Client>,
}

impl Clients {
    /// Clients for a connection. Makes no call.
    ///
    /// # Errors
    /// When `AWS_CA_BUNDLE` names a file that can't be read.
    pub async fn connect(connection: &Connection) -> Result<Self, ConnectError> {
        let meter = Meter::default();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(connection.region.clone()))
            .http_client(meter.wrap(https()?))
            .retry_config(RetryConfig::standard().with_max_attempts(8))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(5))
                    .operation_attempt_timeout(connection.attempt_timeout)
                    .build(),
            );
        if let Some(endpoint) = &connection.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Credentials::Fixed { access_key, secret_key } = &connection.credentials {
            loader = loader.credentials_provider(aws_credential_types::Credentials::new(
                access_key,
                secret_key,
                None,
                None,
                "provision",
            ));
        }
        Ok(Self::new(loader.load().await, meter))
    }

    /// Clients that reach nothing: for engines whose kinds are not AWS's.
    pub fn offline() -> Self {
        Self::new(
            SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build(),
            Meter::default(),
        )
    }

    fn new(config: SdkConfig, meter: Meter) -> Self {
        Self(Arc::new(Inner {
            config,
            meter,
            acm: OnceLock::new(),
            apprunner: OnceLock::new(),
            apprunner_once: OnceLock::new(),
            cloudfront: OnceLock::new(),
            ecs: OnceLock::new(),
            wafv2: OnceLock::new(),
            cloudtrail: OnceLock::new(),
            cloudwatch: OnceLock::new(),
            config_service: OnceLock::new(),
            logs: OnceLock::new(),
            ec2: OnceLock::new(),
            ec2_once: OnceLock::new(),
            ecr: OnceLock::new(),
            events: OnceLock::new(),
            guardduty: OnceLock::new(),
            iam: OnceLock::new(),
            kms: OnceLock::new(),
            kms_once: OnceLock::new(),
            rds: OnceLock::new(),
            s3: OnceLock::new(),
            s3control: OnceLock::new(),
            secretsmanager: OnceLock::new(),
            securityhub: OnceLock::new(),
            sns: OnceLock::new(),
            sts: OnceLock::new(),
        }))
    }

    /// What was called so far.
    pub fn meter(&self) -> &Meter {
        &self.0.meter
    }

    /// Until when the caller's credentials hold; `None` where they don't expire.
    ///
    /// # Errors
    /// When there are none.
    pub async fn expiry(&self) -> Result<Option<SystemTime>, ConnectError> {
        let Some(provider) = self.0.config.credentials_provider() else { return Ok(None) };
        let credentials =
            provider.provide_credentials().await.map_err(ConnectError::Credentials)?;
        Ok(credentials.expiry())
    }
}

/// Accessors: one client a service, on a retry partition without a quota, because the engine
/// bounds the retries itself and a run makes many calls that fail for the same passing reason.
macro_rules! clients {
    ($($(#[$doc:meta])* $name:ident: $service:ident, $retry:expr;)*) => {
        impl Clients {
            $($(#[$doc])*
            pub fn $name(&self) -> &$service::Client {
                self.0.$name.get_or_init(|| {
                    let config = $service::config::Builder::from(&self.0.config)
                        .interceptor(Named)
                        .retry_partition(partition(stringify!($name)));
                    let retry: Option<RetryConfig> = $retry;
                    let config = match retry {
                        Some(retry) => config.retry_config(retry),
                        None => config,
                    };
                    $service::Client::from_conf(config.build())
                })
            })*
        }
    };
}

clients! {
    /// ACM.
    acm: aws_sdk_acm, None;
    /// App Runner.
    apprunner: aws_sdk_apprunner, None;
    /// App Runner without retries, see [`Self::ec2_once`].
    apprunner_once: aws_sdk_apprunner, Some(RetryConfig::disabled());
    /// CloudFront.
    cloudfront: aws_sdk_cloudfront, None;
    /// ECS.
    ecs: aws_sdk_ecs, None;
    /// WAF.
    wafv2: aws_sdk_wafv2, None;
    /// CloudTrail.
    cloudtrail: aws_sdk_cloudtrail, None;
    /// CloudWatch.
    cloudwatch: aws_sdk_cloudwatch, None;
    /// AWS Config.
    config_service: aws_sdk_config, None;
    /// CloudWatch Logs.
    logs: aws_sdk_cloudwatchlogs, None;
    /// EC2.
    ec2: aws_sdk_ec2, None;
    /// EC2 without retries: for creations that take no token, which the engine repeats only
    /// after it has looked for what the first attempt may have made.
    ec2_once: aws_sdk_ec2, Some(RetryConfig::disabled());
    /// ECR.
    ecr: aws_sdk_ecr, None;
    /// EventBridge.
    events: aws_sdk_eventbridge, None;
    /// GuardDuty.
    guardduty: aws_sdk_guardduty, None;
    /// IAM.
    iam: aws_sdk_iam, None;
    /// KMS.
    kms: aws_sdk_kms, None;
    /// KMS without retries, see [`Self::ec2_once`].
    kms_once: aws_sdk_kms, Some(RetryConfig::disabled());
    /// RDS.
    rds: aws_sdk_rds, None;
    /// Secrets Manager.
    secretsmanager: aws_sdk_secretsmanager, None;
    /// Security Hub.
    securityhub: aws_sdk_securityhub, None;
    /// SNS.
    sns: aws_sdk_sns, None;
    /// STS.
    sts: aws_sdk_sts, None;
}

impl Clients {
    /// S3, path-style where the endpoint is not AWS's: a loopback name has no subdomains.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        self.0.s3.get_or_init(|| {
            let config = aws_sdk_s3::config::Builder::from(&self.0.config)
                .interceptor(Named)
                .retry_partition(partition("s3"))
                .force_path_style(self.0.config.endpoint_url().is_some());
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }

    /// S3 Control, at the endpoint's own name where that is not AWS's: the SDK would put the account
    /// in front of the host.
    pub fn s3control(&self) -> &aws_sdk_s3control::Client {
        self.0.s3control.get_or_init(|| {
            let mut config = aws_sdk_s3control::config::Builder::from(&self.0.config)
                .retry_partition(partition("s3control"));
            if let Some(url) = self.0.config.endpoint_url() {
                config = config.endpoint_resolver(OneHost(url.to_owned()));
            }
            aws_sdk_s3control::Client::from_conf(config.build())
        })
    }

    /// S3 in another region than the environment's, for a bucket that is there.
    pub fn s3_in(&self, region: Option<&str>) -> aws_sdk_s3::Client {
        let Some(region) = region else { return self.s3().clone() };
        let region = Region::new(region.to_owned());
        aws_sdk_s3::Client::from_conf(self.s3().config().to_builder().region(region).build())
    }

    /// ACM in another region than the environment's: CloudFront takes certificates of us-east-1.
    pub fn acm_in(&self, region: &str) -> aws_sdk_acm::Client {
        let region = Region::new(region.to_owned());
        aws_sdk_acm::Client::from_conf(self.acm().config().to_builder().region(region).build())
    }

    /// WAF in another region than the environment's: what stands before CloudFront is in us-east-1.
    pub fn wafv2_in(&self, region: &str) -> aws_sdk_wafv2::Client {
        let region = Region::new(region.to_owned());
        aws_sdk_wafv2::Client::from_conf(self.wafv2().config().to_builder().region(region).build())
    }
}

/// One address for every account.
#[derive(Debug)]
struct OneHost(String);

impl s3control::ResolveEndpoint for OneHost {
    fn resolve_endpoint<'a>(&'a self, _: &'a s3control::Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}

fn partition(name: &'static str) -> RetryPartition {
    RetryPartition::custom(name).token_bucket(TokenBucket::unlimited()).build()
}

/// One TLS stack, ring; further roots from `AWS_CA_BUNDLE`, which the SDK does not read.
fn https() -> Result<SharedHttpClient, ConnectError> {
    let builder = HttpBuilder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring));
    let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) else {
        return Ok(builder.build_https());
    };
    let refuse =
        |source| ConnectError::Certificates { path: path.to_string_lossy().into(), source };
    let pem = std::fs::read(&path).map_err(refuse)?;
    let roots = tls::TrustStore::default().with_pem_certificate(pem);
    let context = tls::TlsContext::builder()
        .with_trust_store(roots)
        .build()
        .map_err(|error| refuse(std::io::Error::other(error)))?;
    Ok(builder.tls_context(context).build_https())
}
