import type { Expected } from '../expected.ts'

const action = "the answer of an automation product's action, wrapped and with placeholders for data; no tool exports this"
const other = `${action}, and the tool is none of the scanners here`
const fixture = "a test's fixtures: XML documents inside of a JSON object"

export default {
  folders: ['qualys'],
  also: ['vendor-api-examples/qualys_vm__DownloadVmScanResults_JsonResult_example.json'],
  refused: Object.fromEntries(
    [
      ['qualys_vm__enrich_host_JsonResult_example', action],
      ['qualys_vm__list_endpoint_detections_JsonResult_example', action],
      ['qualys_vm__list_scans_JsonResult_example', 'a list of scans, without what they found'],
      ['qualys_vm__mock_data', fixture],
      ['rapid7_insight_vm__enrich_asset_JsonResult_example', action],
      ['rapid7_insight_vm__get_scan_results_JsonResult_example', 'a list of reports, without what they hold'],
      ['rapid7_insight_vm__list_scans_JsonResult_example', 'a list of scans with counts, without what they found'],
      ['ivanti_endpoint_manager__enrich_entities_JsonResult_example', other],
      ['ivanti_endpoint_manager__list_endpoint_vulnerabilities_JsonResult_example', other],
      ['active_directory__enrich_entities_JsonResult_example', other],
      ['alien_vault_appliance__enrich_assets_JsonResult_example', other],
      ['alien_vault_appliance__get_vulnerability_reports_JsonResult_example', other],
      ['armis__enrich_entities_JsonResult_example', other],
      ['azure_security_center__list_regulatory_standard_controls_JsonResult_example', other],
      ['orca_security__scan_assets_JsonResult_example', other],
    ].map(([name, why]) => [`vendor-api-examples/${name!}.json`, { code: 'unknown_format', why: why! }]),
  ),
  // Counted as elements (grep -c '<VULN |<INFO |<SERVICE |<PRACTICE ', '<VULNERABILITY>|<INFORMATION_GATHERED>') or rows with ACTIVE in them.
  differences: {
    'qualys/qualys_infrascan_webgui__qualys_infrascan_webgui_multiple.xml': { ours: 24, rule: 'informational-items-count' },
    'qualys/qualys_hacker_guardian__one_finding.csv': { ours: 2, rule: 'each-item-counts' },
    'qualys/qualys_vmdr__many_vulns_cve.csv': { ours: 4, rule: 'fixed-items-are-skipped' },
    'qualys/qualys_vmdr__many_vulns_qid.csv': { ours: 4, rule: 'fixed-items-are-skipped' },
    'qualys/qualys_webapp__qualys_webapp_many_vuln.xml': { ours: 22, rule: 'each-item-counts' },
  },
} satisfies Expected
