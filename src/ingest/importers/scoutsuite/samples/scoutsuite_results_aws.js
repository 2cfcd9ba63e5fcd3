scoutsuite_results =
{
 "account_id": "111122223333",
 "last_run": {
  "ruleset_name": "default",
  "ruleset_about": "x",
  "run_parameters": {
   "services": [],
   "regions": [],
   "skipped_services": [],
   "excluded_regions": []
  },
  "time": "2026-01-05 10:00:00+0200",
  "version": "5.14.0"
 },
 "provider_code": "aws",
 "provider_name": "Amazon Web Services",
 "services": {
  "cloudtrail": {
   "findings": {
    "cloudtrail-not-configured": {
     "description": "A rule",
     "path": "cloudtrail.regions.id",
     "checked_items": 2,
     "flagged_items": 1,
     "items": [
      "cloudtrail.regions.eu-west-1.NotConfigured"
     ],
     "level": "danger",
     "rationale": "Because.",
     "references": [
      "https://example.com/r"
     ],
     "remediation": null,
     "service": "S3",
     "compliance": null
    }
   },
   "regions": {
    "eu-west-1": {
     "id": "eu-west-1"
    },
    "eu-west-2": {
     "id": "eu-west-2"
    }
   }
  },
  "ec2": {
   "findings": {
    "sg-open": {
     "description": "A rule",
     "path": "ec2.regions.id.vpcs.id.security_groups.id.rules.id",
     "checked_items": 4,
     "flagged_items": 2,
     "items": [
      "ec2.regions.eu-west-1.vpcs.vpc-0123abcd.security_groups.sg-0123abcd.rules.ingress",
      "ec2.regions.eu-west-1.vpcs.vpc-0123abcd.security_groups.sg-0123abcd.rules.egress"
     ],
     "level": "warning",
     "rationale": "Because.",
     "references": [
      "https://example.com/r"
     ],
     "remediation": null,
     "service": "S3",
     "compliance": null,
     "display_path": "ec2.regions.id.vpcs.id.security_groups.id"
    }
   },
   "regions": {
    "eu-west-1": {
     "vpcs": {
      "vpc-0123abcd": {
       "id": "vpc-0123abcd",
       "security_groups": {
        "sg-0123abcd": {
         "id": "sg-0123abcd",
         "name": "web",
         "arn": "arn:aws:ec2:made-up",
         "rules": {
          "ingress": {
           "x": 1
          },
          "egress": {
           "x": 1
          }
         }
        },
        "sg-4567abcd": {
         "id": "sg-4567abcd",
         "name": "default",
         "rules": {
          "ingress": {
           "x": 1
          },
          "egress": {
           "x": 1
          }
         }
        }
       }
      }
     }
    }
   }
  },
  "iam": {
   "findings": {
    "password-length": {
     "description": "A rule",
     "path": "iam.password_policy.MinimumPasswordLength",
     "checked_items": 1,
     "flagged_items": 1,
     "items": [
      "iam.password_policy.MinimumPasswordLength"
     ],
     "level": "danger",
     "rationale": "Because.",
     "references": [
      "https://example.com/r"
     ],
     "remediation": null,
     "service": "S3",
     "compliance": null
    },
    "unsure": {
     "description": "A rule",
     "path": "iam.users.id",
     "checked_items": 5,
     "flagged_items": 0,
     "items": [],
     "level": "danger",
     "rationale": "Because.",
     "references": [
      "https://example.com/r"
     ],
     "remediation": null,
     "service": "S3",
     "compliance": null
    },
    "never-ran": {
     "description": "A rule",
     "path": "iam.roles.id",
     "checked_items": 0,
     "flagged_items": 0,
     "items": [],
     "level": "danger",
     "rationale": "Because.",
     "references": [
      "https://example.com/r"
     ],
     "remediation": null,
     "service": "S3",
     "compliance": null
    },
    "root-mfa": {
     "description": "A rule",
     "path": "iam.credential_reports.id",
     "checked_items": 1,
     "flagged_items": 1,
     "items": [
      "iam.credential_reports.1111111111111111111111111111111111111111.mfa_active"
     ],
     "level": "danger",
     "rationale": "Because.",
     "references": [
      "https://example.com/r"
     ],
     "remediation": null,
     "service": "S3",
     "compliance": null
    },
    "broken": {
     "items": []
    }
   },
   "password_policy": {
    "MinimumPasswordLength": 6
   },
   "users": {
    "AIDA1": {
     "id": "AIDA1",
     "name": "dam",
     "arn": "arn:aws:iam::111122223333:user/dam"
    }
   },
   "credential_reports": {
    "1111111111111111111111111111111111111111": {
     "id": "1111111111111111111111111111111111111111",
     "name": "<root_account>",
     "arn": "arn:aws:iam::111122223333:root"
    }
   }
  },
  "s3": {
   "findings": {
    "s3-bucket-no-logging": {
     "description": "Bucket without logging",
     "path": "s3.buckets.id",
     "checked_items": 2,
     "flagged_items": 1,
     "items": [
      "s3.buckets.shop.logs.logging"
     ],
     "level": "warning",
     "rationale": "Because.",
     "references": [
      "https://example.com/r"
     ],
     "remediation": null,
     "service": "S3",
     "compliance": [
      {
       "name": "CIS Amazon Web Services Foundations",
       "version": "1.2.0",
       "reference": "2.6"
      }
     ]
    }
   },
   "buckets": {
    "shop.logs": {
     "id": "shop.logs",
     "name": "shop-logs",
     "arn": "arn:aws:s3:::shop-logs/*"
    },
    "2222222222222222222222222222222222222222": {
     "id": "2222222222222222222222222222222222222222",
     "name": "shop-site",
     "arn": "arn:aws:s3:::shop-site"
    }
   }
  }
 }
}