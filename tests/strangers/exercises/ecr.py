"""ECR: repositories, their policies, images by manifest."""

import json

from . import ACCOUNT, policy, refused

ARN = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/stranger"


def lifecycle(count):
    """A policy that keeps so many images."""
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count}
    rule = {
        "rulePriority": 1,
        "description": f"keep {count}",
        "selection": selection,
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})


MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [],
    }
)

def scan(ecr, image):
    with refused("ScanNotFoundException"):
        ecr.describe_image_scan_findings(repositoryName="stranger", imageId=image)
    ecr.start_image_scan(repositoryName="stranger", imageId=image)
    with refused("LimitExceededException"):
        ecr.start_image_scan(repositoryName="stranger", imageId=image)
    found = ecr.describe_image_scan_findings(repositoryName="stranger", imageId=image)
    assert found["imageScanStatus"]["status"] == "COMPLETE"


def run(aws):
    ecr = aws("ecr")
    ecr.describe_registry()
    ecr.get_authorization_token()
    with refused("RepositoryNotFoundException"):
        ecr.describe_repositories(repositoryNames=["stranger"])
    ecr.create_repository(
        repositoryName="stranger",
        imageTagMutability="MUTABLE",
        imageScanningConfiguration={"scanOnPush": True},
        encryptionConfiguration={"encryptionType": "AES256"},
        tags=[{"Key": "owner", "Value": "strangers"}],
    )
    with refused("RepositoryAlreadyExistsException"):
        ecr.create_repository(repositoryName="stranger")
    ecr.describe_repositories(maxResults=1)
    ecr.put_image_tag_mutability(repositoryName="stranger", imageTagMutability="IMMUTABLE")
    ecr.put_image_scanning_configuration(
        repositoryName="stranger", imageScanningConfiguration={"scanOnPush": False}
    )
    with refused("LifecyclePolicyNotFoundException"):
        ecr.get_lifecycle_policy(repositoryName="stranger")
    ecr.put_lifecycle_policy(repositoryName="stranger", lifecyclePolicyText=lifecycle(10))
    ecr.get_lifecycle_policy(repositoryName="stranger")
    with refused("LifecyclePolicyPreviewNotFoundException"):
        ecr.get_lifecycle_policy_preview(repositoryName="stranger")
    ecr.delete_lifecycle_policy(repositoryName="stranger")
    statement = {
        "Sid": "pull",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "ecr:BatchGetImage",
    }
    ecr.set_repository_policy(repositoryName="stranger", policyText=policy(statement))
    ecr.get_repository_policy(repositoryName="stranger")
    ecr.delete_repository_policy(repositoryName="stranger")
    ecr.tag_resource(resourceArn=ARN, tags=[{"Key": "more", "Value": "1"}])
    ecr.list_tags_for_resource(resourceArn=ARN)
    ecr.untag_resource(resourceArn=ARN, tagKeys=["more"])
    ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[])
    ecr.get_registry_scanning_configuration()
    images(ecr)
    ecr.delete_repository(repositoryName="stranger", force=True)


def images(ecr):
    ecr.put_image(repositoryName="stranger", imageManifest=MANIFEST, imageTag="one")
    ecr.list_images(repositoryName="stranger")
    other = json.dumps({"schemaVersion": 2, "layers": []})
    ecr.put_image(repositoryName="stranger", imageManifest=other, imageTag="two")
    ecr.start_lifecycle_policy_preview(
        repositoryName="stranger", lifecyclePolicyText=lifecycle(1)
    )
    preview = ecr.get_lifecycle_policy_preview(repositoryName="stranger")
    assert preview["summary"]["expiringImageTotalCount"] == 1
    scan(ecr, {"imageTag": "one"})
    ecr.describe_images(repositoryName="stranger")
    named = [{"imageTag": "one"}, {"imageTag": "missing"}]
    ecr.batch_get_image(repositoryName="stranger", imageIds=named)
    with refused("RepositoryNotEmptyException"):
        ecr.delete_repository(repositoryName="stranger")
    ecr.batch_delete_image(repositoryName="stranger", imageIds=named)
