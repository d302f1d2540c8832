//! A response headers policy in CloudFront's form, and back.

use aws_sdk_cloudfront::types as cf;

use super::ResponseHeadersPolicy;
use super::headers::{
    ContentSecurityPolicy, ContentTypeOptions, Cors, CustomHeader, FrameOptions, ReferrerPolicy,
    SecurityHeaders, StrictTransportSecurity, XssProtection,
};
use crate::aws::Error;
use crate::aws::cloudfront::quantity;
use crate::aws::word::{from_word, word};
use crate::resource::Result;

impl ResponseHeadersPolicy {
    pub(super) fn to_aws(
        &self,
        name: String,
        comment: String,
    ) -> Result<cf::ResponseHeadersPolicyConfig> {
        let security = self.security_headers.as_ref().map(SecurityHeaders::to_aws).transpose()?;
        let cors = self.cors.as_ref().map(Cors::to_aws).transpose()?;
        Ok(cf::ResponseHeadersPolicyConfig::builder()
            .name(name)
            .comment(comment)
            .set_security_headers_config(security)
            .set_cors_config(cors)
            .set_custom_headers_config(self.custom_headers()?)
            .set_remove_headers_config(self.removed_headers()?)
            .set_server_timing_headers_config(self.server_timing()?)
            .build()?)
    }

    fn custom_headers(&self) -> Result<Option<cf::ResponseHeadersPolicyCustomHeadersConfig>> {
        let Some(headers) = &self.custom_headers else { return Ok(None) };
        let items = headers.iter().map(CustomHeader::to_aws).collect::<Result<Vec<_>>>()?;
        let config = cf::ResponseHeadersPolicyCustomHeadersConfig::builder();
        Ok(Some(config.quantity(quantity(&items)).set_items(Some(items)).build()?))
    }

    fn removed_headers(&self) -> Result<Option<cf::ResponseHeadersPolicyRemoveHeadersConfig>> {
        let Some(headers) = &self.remove_headers else { return Ok(None) };
        let item = |header: &String| {
            let item = cf::ResponseHeadersPolicyRemoveHeader::builder().header(header);
            item.build().map_err(Error::from)
        };
        let items = headers.iter().map(item).collect::<Result<Vec<_>>>()?;
        let config = cf::ResponseHeadersPolicyRemoveHeadersConfig::builder();
        Ok(Some(config.quantity(quantity(&items)).set_items(Some(items)).build()?))
    }

    fn server_timing(&self) -> Result<Option<cf::ResponseHeadersPolicyServerTimingHeadersConfig>> {
        let Some(rate) = self.server_timing_sampling_rate else { return Ok(None) };
        let config = cf::ResponseHeadersPolicyServerTimingHeadersConfig::builder();
        Ok(Some(config.enabled(true).sampling_rate(rate).build()?))
    }

    pub(super) fn from_aws(config: &cf::ResponseHeadersPolicyConfig) -> Self {
        let custom = config.custom_headers_config().map(|config| config.items());
        let removed = config.remove_headers_config().map(|config| config.items());
        let custom = custom.unwrap_or_default().iter().map(CustomHeader::from_aws);
        let removed = removed.unwrap_or_default().iter().map(|it| it.header.clone());
        let timing = config.server_timing_headers_config().filter(|timing| timing.enabled);
        Self {
            name: Some(config.name.clone()),
            comment: Some(config.comment.clone().unwrap_or_default()),
            security_headers: config.security_headers_config().map(SecurityHeaders::from_aws),
            cors: config.cors_config().map(Cors::from_aws),
            custom_headers: filled(custom.collect()),
            remove_headers: filled(removed.collect()),
            server_timing_sampling_rate: timing.and_then(|timing| timing.sampling_rate),
        }
    }
}

fn filled<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

impl SecurityHeaders {
    fn to_aws(&self) -> Result<cf::ResponseHeadersPolicySecurityHeadersConfig> {
        let transport = self.strict_transport_security.as_ref();
        let policy = self.content_security_policy.as_ref();
        let types = self.content_type_options.as_ref();
        let frames = self.frame_options.as_ref();
        let referrer = self.referrer_policy.as_ref();
        let xss = self.xss_protection.as_ref();
        Ok(cf::ResponseHeadersPolicySecurityHeadersConfig::builder()
            .set_strict_transport_security(
                transport.map(StrictTransportSecurity::to_aws).transpose()?,
            )
            .set_content_security_policy(policy.map(ContentSecurityPolicy::to_aws).transpose()?)
            .set_content_type_options(types.map(ContentTypeOptions::to_aws).transpose()?)
            .set_frame_options(frames.map(FrameOptions::to_aws).transpose()?)
            .set_referrer_policy(referrer.map(ReferrerPolicy::to_aws).transpose()?)
            .set_xss_protection(xss.map(XssProtection::to_aws).transpose()?)
            .build())
    }

    fn from_aws(config: &cf::ResponseHeadersPolicySecurityHeadersConfig) -> Self {
        Self {
            strict_transport_security: config.strict_transport_security().map(|it| {
                StrictTransportSecurity {
                    access_control_max_age_sec: it.access_control_max_age_sec,
                    include_subdomains: it.include_subdomains == Some(true),
                    preload: it.preload == Some(true),
                    r#override: it.r#override,
                }
            }),
            content_security_policy: config.content_security_policy().map(|it| {
                ContentSecurityPolicy {
                    content_security_policy: it.content_security_policy.clone(),
                    r#override: it.r#override,
                }
            }),
            content_type_options: config
                .content_type_options()
                .map(|it| ContentTypeOptions { r#override: it.r#override }),
            frame_options: config.frame_options().and_then(|it| {
                let frame_option = from_word(it.frame_option.as_str())?;
                Some(FrameOptions { frame_option, r#override: it.r#override })
            }),
            referrer_policy: config.referrer_policy().and_then(|it| {
                let referrer_policy = from_word(it.referrer_policy.as_str())?;
                Some(ReferrerPolicy { referrer_policy, r#override: it.r#override })
            }),
            xss_protection: config.xss_protection().map(|it| XssProtection {
                protection: it.protection,
                mode_block: it.mode_block == Some(true),
                report_uri: it.report_uri.clone(),
                r#override: it.r#override,
            }),
        }
    }
}

impl StrictTransportSecurity {
    fn to_aws(&self) -> Result<cf::ResponseHeadersPolicyStrictTransportSecurity> {
        Ok(cf::ResponseHeadersPolicyStrictTransportSecurity::builder()
            .access_control_max_age_sec(self.access_control_max_age_sec)
            .include_subdomains(self.include_subdomains)
            .preload(self.preload)
            .r#override(self.r#override)
            .build()?)
    }
}

impl ContentSecurityPolicy {
    fn to_aws(&self) -> Result<cf::ResponseHeadersPolicyContentSecurityPolicy> {
        Ok(cf::ResponseHeadersPolicyContentSecurityPolicy::builder()
            .content_security_policy(&self.content_security_policy)
            .r#override(self.r#override)
            .build()?)
    }
}

impl ContentTypeOptions {
    fn to_aws(&self) -> Result<cf::ResponseHeadersPolicyContentTypeOptions> {
        let options = cf::ResponseHeadersPolicyContentTypeOptions::builder();
        Ok(options.r#override(self.r#override).build()?)
    }
}

impl FrameOptions {
    fn to_aws(&self) -> Result<cf::ResponseHeadersPolicyFrameOptions> {
        Ok(cf::ResponseHeadersPolicyFrameOptions::builder()
            .frame_option(word(&self.frame_option).as_str().into())
            .r#override(self.r#override)
            .build()?)
    }
}

impl ReferrerPolicy {
    fn to_aws(&self) -> Result<cf::ResponseHeadersPolicyReferrerPolicy> {
        Ok(cf::ResponseHeadersPolicyReferrerPolicy::builder()
            .referrer_policy(word(&self.referrer_policy).as_str().into())
            .r#override(self.r#override)
            .build()?)
    }
}

impl XssProtection {
    fn to_aws(&self) -> Result<cf::ResponseHeadersPolicyXssProtection> {
        Ok(cf::ResponseHeadersPolicyXssProtection::builder()
            .protection(self.protection)
            .mode_block(self.mode_block)
            .set_report_uri(self.report_uri.clone())
            .r#override(self.r#override)
            .build()?)
    }
}

impl CustomHeader {
    fn to_aws(&self) -> Result<cf::ResponseHeadersPolicyCustomHeader> {
        Ok(cf::ResponseHeadersPolicyCustomHeader::builder()
            .header(&self.header)
            .value(&self.value)
            .r#override(self.r#override)
            .build()?)
    }

    fn from_aws(header: &cf::ResponseHeadersPolicyCustomHeader) -> Self {
        Self {
            header: header.header.clone(),
            value: header.value.clone(),
            r#override: header.r#override,
        }
    }
}

impl Cors {
    fn to_aws(&self) -> Result<cf::ResponseHeadersPolicyCorsConfig> {
        let methods: Vec<cf::ResponseHeadersPolicyAccessControlAllowMethodsValues> =
            self.allow_methods.iter().map(|method| word(method).as_str().into()).collect();
        let origins = cf::ResponseHeadersPolicyAccessControlAllowOrigins::builder()
            .quantity(quantity(&self.allow_origins))
            .set_items(Some(self.allow_origins.clone()));
        let methods = cf::ResponseHeadersPolicyAccessControlAllowMethods::builder()
            .quantity(quantity(&methods))
            .set_items(Some(methods));
        let headers = cf::ResponseHeadersPolicyAccessControlAllowHeaders::builder()
            .quantity(quantity(&self.allow_headers))
            .set_items(Some(self.allow_headers.clone()));
        let exposed = self.expose_headers.as_ref().map(|headers| {
            cf::ResponseHeadersPolicyAccessControlExposeHeaders::builder()
                .quantity(quantity(headers))
                .set_items(Some(headers.clone()))
                .build()
        });
        Ok(cf::ResponseHeadersPolicyCorsConfig::builder()
            .access_control_allow_origins(origins.build()?)
            .access_control_allow_methods(methods.build()?)
            .access_control_allow_headers(headers.build()?)
            .set_access_control_expose_headers(exposed.transpose()?)
            .access_control_allow_credentials(self.allow_credentials)
            .set_access_control_max_age_sec(self.max_age_sec)
            .origin_override(self.origin_override)
            .build()?)
    }

    fn from_aws(config: &cf::ResponseHeadersPolicyCorsConfig) -> Self {
        let origins = config.access_control_allow_origins();
        let methods = config.access_control_allow_methods();
        let headers = config.access_control_allow_headers();
        let exposed = config.access_control_expose_headers();
        let methods = methods.map(|methods| methods.items()).unwrap_or_default();
        Self {
            allow_origins: origins.map(|it| it.items().to_vec()).unwrap_or_default(),
            allow_methods: methods.iter().filter_map(|it| from_word(it.as_str())).collect(),
            allow_headers: headers.map(|it| it.items().to_vec()).unwrap_or_default(),
            expose_headers: exposed.and_then(|it| filled(it.items().to_vec())),
            allow_credentials: config.access_control_allow_credentials,
            max_age_sec: config.access_control_max_age_sec,
            origin_override: config.origin_override,
        }
    }
}
