"""What boto3 sees of a simulated account. Prints one JSON object."""
import json
import sys

import boto3
from botocore.config import Config
from botocore.credentials import InstanceMetadataProvider
from botocore.utils import InstanceMetadataFetcher

endpoint, metadata, image = sys.argv[1:4]
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                   "Principal": {"Service": "ec2.amazonaws.com"}}],
})


def client(service, **credentials):
    keys = credentials or {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE",
                           "aws_secret_access_key": "any-secret"}
    return boto3.client(service, region_name="us-east-1", endpoint_url=endpoint,
                        config=Config(retries={"max_attempts": 1}), **keys)


iam, ec2 = client("iam"), client("ec2")
seen = {}

iam.create_role(RoleName="boto-role", AssumeRolePolicyDocument=TRUST)
for number in range(7):
    iam.create_instance_profile(InstanceProfileName=f"boto-{number}")
iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="boto-0")
iam.add_role_to_instance_profile(InstanceProfileName="boto-0", RoleName="boto-role")
iam.add_role_to_instance_profile(InstanceProfileName="boto-1", RoleName="boto-role")
pages = list(iam.get_paginator("list_instance_profiles").paginate(
    PaginationConfig={"PageSize": 3}))
seen["pages"] = len(pages)
seen["profiles"] = sorted(profile["InstanceProfileName"] for page in pages
                          for profile in page["InstanceProfiles"]
                          if profile["InstanceProfileName"].startswith("boto-"))

instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
ec2.get_waiter("instance_running").wait(InstanceIds=[instance])
association = ec2.associate_iam_instance_profile(
    InstanceId=instance, IamInstanceProfile={"Name": "boto-0"})["IamInstanceProfileAssociation"]
seen["associated"] = association["IamInstanceProfile"]["Arn"]
replaced = ec2.replace_iam_instance_profile_association(
    AssociationId=association["AssociationId"],
    IamInstanceProfile={"Name": "boto-1"})["IamInstanceProfileAssociation"]
seen["new_association"] = replaced["AssociationId"] != association["AssociationId"]
filters = [{"Name": "instance-id", "Values": [instance]}]
described = ec2.describe_iam_instance_profile_associations(
    Filters=filters)["IamInstanceProfileAssociations"]
seen["described"] = [each["IamInstanceProfile"]["Id"] for each in described]
seen["id_in_iam"] = iam.get_instance_profile(
    InstanceProfileName="boto-1")["InstanceProfile"]["InstanceProfileId"]
ec2.disassociate_iam_instance_profile(AssociationId=replaced["AssociationId"])
seen["left"] = len(ec2.describe_iam_instance_profile_associations(
    Filters=filters)["IamInstanceProfileAssociations"])
try:
    iam.delete_instance_profile(InstanceProfileName="boto-0")
except iam.exceptions.DeleteConflictException as e:
    seen["conflict"] = e.response["Error"]["Code"]

provider = InstanceMetadataProvider(InstanceMetadataFetcher(
    timeout=120, num_attempts=1, config={"ec2_metadata_service_endpoint": metadata + "/"}))
keys = provider.load().get_frozen_credentials()
seen["caller"] = client("sts", aws_access_key_id=keys.access_key,
                        aws_secret_access_key=keys.secret_key,
                        aws_session_token=keys.token).get_caller_identity()["Arn"]
print(json.dumps(seen))
