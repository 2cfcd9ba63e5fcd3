import type { Expected } from '../expected.ts'

const summary = 'a summary that names no host: nothing in it could be a finding of an asset'
const action = "the answer of an automation product's action, with placeholders for data; nobody exports this from Security Center"

export default {
  folders: ['tenable', 'tenable-io', 'tenable-sc'],
  refused: {
    'tenable-io/workbench-vulnerabilities.json': { code: 'unknown_format', why: summary },
    'tenable-sc/analysis-sumremediation.json': { code: 'unknown_format', why: summary },
    'vendor-api-examples/tenable_security_center__add_ip_to_ip_list_asset_JsonResult_example.json': { code: 'unknown_format', why: action },
    'vendor-api-examples/tenable_security_center__get_vulnerabilities_for_ip_JsonResult_example.json': {
      code: 'unknown_format',
      why: action,
    },
    'vendor-api-examples/tenable_security_center__run_asset_scan_JsonResult_example.json': { code: 'unknown_format', why: action },
  },
  // Each count is that of the <ReportItem> elements, or of the rows with any text in them (rows that differ only in their CVE are one).
  differences: {
    'tenable/nessus__nessus_many_vuln.xml.gz': { ours: 7, rule: 'each-item-counts' },
    'tenable/nessus__nessus_v_unknown.xml.gz': { ours: 296, rule: 'each-item-counts' },
    'tenable/nessus__nessus_many_vuln2-all.csv': { ours: 30, rule: 'each-item-counts' },
    'tenable/issue_11102.csv': { ours: 3, rule: 'each-item-counts' },
  },
} satisfies Expected
