scoutsuite_results =
{
 "account_id": "shop-1",
 "last_run": {
  "ruleset_name": "default",
  "run_parameters": {
   "services": [
    "cloudstorage"
   ]
  },
  "time": "2026-01-05 10:00:00+0000",
  "version": "5.14.0"
 },
 "provider_code": "gcp",
 "services": {
  "cloudstorage": {
   "findings": {
    "no-logging": {
     "description": "A rule",
     "path": "cloudstorage.projects.id.buckets.id",
     "checked_items": 1,
     "flagged_items": 1,
     "items": [
      "cloudstorage.projects.shop-2.buckets.3333333333333333333333333333333333333333.logging_enabled"
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
   "projects": {
    "shop-2": {
     "buckets": {
      "3333333333333333333333333333333333333333": {
       "id": "3333333333333333333333333333333333333333",
       "name": "shop-files"
      }
     }
    }
   }
  },
  "computeengine": {
   "findings": {
    "serial": {
     "description": "A rule",
     "path": "computeengine.projects.id.zones.id.instances.id",
     "checked_items": 1,
     "flagged_items": 1,
     "items": [
      "computeengine.projects.shop-2.zones.europe-west1-b.instances.4444444444444444444444444444444444444444"
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
   "projects": {
    "shop-2": {
     "zones": {
      "europe-west1-b": {
       "instances": {
        "4444444444444444444444444444444444444444": {
         "id": "4444444444444444444444444444444444444444",
         "name": "web"
        }
       }
      }
     }
    }
   }
  }
 }
}