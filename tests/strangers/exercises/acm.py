"""ACM: a certificate that is asked for, described, tagged and deleted."""

from . import ACCOUNT, refused

TAGS = [{"Key": "owner", "Value": "strangers"}]


def run(aws):
    acm = aws("acm")
    gone = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/gone"
    with refused("ResourceNotFoundException"):
        acm.describe_certificate(CertificateArn=gone)
    with refused("InvalidArnException"):
        acm.describe_certificate(CertificateArn="arn:aws:iam::1:role/none-of-ours")
    arn = acm.request_certificate(
        DomainName="stranger.example.com",
        SubjectAlternativeNames=["*.stranger.example.com"],
        ValidationMethod="DNS",
        IdempotencyToken="stranger",
        Tags=TAGS,
    )["CertificateArn"]
    acm.describe_certificate(CertificateArn=arn)
    acm.list_certificates(CertificateStatuses=["ISSUED"])
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "more", "Value": "1"}])
    acm.list_tags_for_certificate(CertificateArn=arn)
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "more"}])
    acm.update_certificate_options(
        CertificateArn=arn, Options={"CertificateTransparencyLoggingPreference": "DISABLED"}
    )
    acm.delete_certificate(CertificateArn=arn)
