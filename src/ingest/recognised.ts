import type { Head } from './importer.ts'
import { csvHeader } from './readers/csv.ts'
import { jsonOutline } from './readers/json.ts'
import { xmlRoot } from './readers/xml.ts'

/** A format that is known but not read. */
export interface Recognised {
  /** The tool, as its makers write it. */
  name: string
  /** What the tool looks at, for the reader: 'web applications'. */
  about: string
  /** How to get the same from the tool in a format that is read; null when there is no such way. */
  instead: string | null
  /** Whether the beginning of a file is of this tool; asked only when no importer says yes. */
  mark: (head: Head) => boolean
}

type Mark = Recognised['mark']

/** JSON in whose first 64 KiB all of these names stand, as names or with the quoted text given. */
const json =
  (...names: string[]): Mark =>
  ({ text }) =>
    /^\s*[[{]/.test(text) && names.every((name) => text.includes(`"${name}"`))

/** XML with this root and all of these texts. */
const xml =
  (root: string, ...texts: string[]): Mark =>
  ({ text }) =>
    xmlRoot(text)?.replace(/^.*:/, '') === root && texts.every((part) => text.includes(part))

/** CSV with all of these columns. */
const csv =
  (...columns: string[]): Mark =>
  ({ text }) => {
    if (/^\s*[[{<]/.test(text)) return false
    const header = new Set(csvHeader(text.slice(0, 8192)).map((name) => name.toLowerCase()))
    return columns.every((name) => header.has(name.toLowerCase()))
  }

const matching =
  (pattern: RegExp): Mark =>
  ({ text }) =>
    pattern.test(text)

const any =
  (...marks: Mark[]): Mark =>
  (head) =>
    marks.some((mark) => mark(head))

const GENERIC = new Set(
  `active component_name component_version cve cvssv3 cvssv3_score cvssv4 cvssv4_score cwe cwes date description dynamic_finding endpoints
  false_p file_path files fix_available fix_version impact is_mitigated line mitigation nb_occurences numerical_severity out_of_scope references
  risk_accepted severity severity_justification static_finding steps_to_reproduce tags title unique_id_from_tool verified vuln_id_from_tool
  vulnerability_ids duplicate param payload service epss_score epss_percentile known_exploited ransomware_used kev_date`.split(/\s+/),
)
const GENERIC_OUTSIDE = new Set('findings name type title version description dynamic_tool static_tool soc'.split(' '))

/** A list of findings with a title and a severity, and nothing that another tool's report has. */
function isGenericJson({ text }: Head): boolean {
  const outside = jsonOutline(text)
  const findings = outside?.members.get('findings')
  if (!outside || outside.list || typeof findings !== 'object' || findings === null) return false
  const inside = jsonOutline(findings.text)
  if (!inside?.list || !inside.members.has('title') || !inside.members.has('severity')) return false
  return (
    [...outside.members.keys()].every((name) => GENERIC_OUTSIDE.has(name)) && [...inside.members.keys()].every((name) => GENERIC.has(name))
  )
}

const sarif = (how: string) => `write SARIF with ${how} and import that`

/**
 * Formats that are known by their content and not read: most look at an organisation's own code or web applications, where a finding has
 * no place among devices, packages and settings. Sorted by name.
 */
export const recognised: readonly Recognised[] = [
  {
    name: 'Acunetix',
    about: 'web applications',
    instead: null,
    mark: xml('ScanGroup', '<Scan>'),
  },
  {
    name: 'Amazon GuardDuty',
    about: 'activity in cloud accounts',
    instead: 'import its findings as AWS Security Hub has them, written by aws securityhub get-findings',
    mark: json('Findings', 'AccountId', 'Service', 'DetectorId'),
  },
  {
    name: 'AWS Systems Manager',
    about: 'managed instances',
    instead: null,
    mark: any(json('InstanceInformationList', 'PingStatus'), json('ResourceComplianceSummaryItems', 'ComplianceType')),
  },
  { name: 'Bandit', about: 'Python code', instead: sarif('bandit -f sarif'), mark: json('_totals', 'CONFIDENCE.HIGH', 'SEVERITY.HIGH') },
  { name: 'Bugcrowd', about: 'reports of a bug bounty', instead: null, mark: csv('reference_number', 'bounty_code', 'vrt_lineage') },
  {
    name: 'Burp Suite',
    about: 'web applications',
    instead: null,
    mark: any(xml('issues', 'burpVersion'), json('scan_metrics', 'issue_events', 'scan_status')),
  },
  {
    name: 'Checkmarx',
    about: 'code and its libraries',
    instead: 'with Checkmarx One, write SARIF with cx results show --report-format sarif and import that',
    mark: any(
      xml('CxXMLResults'),
      json('cveName', 'sourceFileName', 'libraryId', 'actionType'),
      json('similarityId', 'engineId'),
      json('scanResults', 'queryID', 'resultHash'),
    ),
  },
  {
    name: 'CodeChecker',
    about: 'C and C++ code',
    instead: null,
    mark: any(
      json('version', 'reports', 'analyzer_result_file_path'),
      matching(/^\s*\{\s*"version"\s*:\s*1\s*,\s*"reports"\s*:\s*\[\s*\]\s*\}\s*$/),
    ),
  },
  {
    name: 'Contrast Assess',
    about: 'running applications',
    instead: null,
    mark: csv('Vulnerability Name', 'Vulnerability ID', 'Rule Name', 'Application Code'),
  },
  {
    name: 'Crashtest Security',
    about: 'web applications',
    instead: null,
    mark: json('findings', 'finding_description_slug', 'service_type'),
  },
  {
    name: 'Cyberwatch',
    about: 'hosts',
    instead: null,
    mark: any(json('cves', 'security_issues'), json('cve_code', 'cve_level')),
  },
  { name: 'DbProtect', about: 'databases', instead: null, mark: xml('dataset', 'name="Risk DV"', 'name="Check ID"') },
  {
    name: "DefectDojo's generic findings",
    about: 'findings that were put together by hand or by a script',
    instead: 'import the reports of the tools that the findings come from',
    mark: any(
      csv('Title', 'Description', 'Severity', 'Date', 'Url'),
      csv('Title', 'CweId', 'Severity', 'Mitigation', 'Impact'),
      isGenericJson,
    ),
  },
  { name: 'gosec', about: 'Go code', instead: sarif('gosec -fmt sarif'), mark: json('Golang errors', 'Issues') },
  {
    name: 'HackerOne',
    about: 'reports of a bug bounty',
    instead: null,
    mark: any(
      csv('severity_rating', 'weakness', 'structured_scope'),
      json('findings', 'severity_rating'),
      ({ text }) => /"type"\s*:\s*"report"/.test(text) && json('data', 'attributes', 'vulnerability_information')({ name: '', text }),
    ),
  },
  { name: 'Horusec', about: 'code', instead: null, mark: json('version', 'repositoryID', 'workspaceID', 'analysisVulnerabilities') },
  { name: 'Hydra', about: 'passwords that could be guessed', instead: null, mark: json('generator', 'jsonoutputversion', 'quantityfound') },
  {
    name: 'ImmuniWeb',
    about: 'web applications',
    instead: null,
    mark: any(
      xml('Vulnerabilities', '<Vulnerability>', '<ID>'),
      matching(/^\s*<\?xml[^>]*\?>\s*<Vulnerabilities>\s*<\/Vulnerabilities>\s*$/),
      json('domains', 'section', 'discovered', 'dns_configuration'),
    ),
  },
  {
    name: 'IntSights',
    about: 'threats outside of the organisation',
    instead: null,
    mark: any(csv('Alert ID', 'Network Type', 'Source URL', 'Closed Reason'), json('Alerts', 'Details', 'NetworkType')),
  },
  {
    name: 'Invicti (Netsparker) or Acunetix 360',
    about: 'web applications',
    instead: null,
    mark: any(
      json('Generated', 'Target', 'ScanId', 'Vulnerabilities'),
      xml('netsparker'),
      xml('netsparker-enterprise'),
      xml('netsparker-cloud'),
      xml('invicti-enterprise'),
      xml('invicti'),
    ),
  },
  {
    name: 'Microsoft Defender portal',
    about: 'one of its pages',
    instead:
      'of the tables that it exports, devices, exposed paths, weaknesses and the vulnerabilities and software of one device are read; for others export a query of advanced hunting',
    mark: matching(
      /^(?!(?:Assets|Security Recommendations) )[A-Z][A-Za-z ]{2,60} Export,"?\d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d{2} [AP]M [+-]\d{2}:\d{2}/,
    ),
  },
  {
    name: 'Microsoft Defender portal, exposed devices',
    about: 'a weakness or recommendation that it does not name',
    instead: 'in advanced hunting, export a query of DeviceTvmSoftwareVulnerabilities, which names both, and import that',
    mark: matching(/^Assets Export,"?\d{1,2} [A-Z][a-z]{2} \d{4} /),
  },
  {
    name: 'Microsoft Defender portal, security recommendations',
    about: 'the organisation as a whole, without its devices',
    instead:
      'in advanced hunting, export a query of DeviceTvmSecureConfigurationAssessment and one of DeviceTvmSoftwareVulnerabilities, and import those',
    mark: any(
      matching(/^Security Recommendations Export,/),
      csv('Security recommendation', 'Related component', 'Exposed Machines'),
      csv('Name', 'Devices Score impact', 'Category', 'Exposed devices'),
    ),
  },
  {
    name: 'Nikto',
    about: 'web servers',
    instead: null,
    mark: any(xml('niktoscan'), json('banner', 'host', 'ip', 'port', 'vulnerabilities')),
  },
  { name: 'Picus', about: 'simulated attacks', instead: null, mark: csv('simulationRunId', 'threatId', 'threatName') },
  { name: 'Rusty Hog', about: 'secrets in code, documents and tickets', instead: null, mark: json('stringsFound', 'reason') },
  {
    name: 'SonarQube',
    about: 'code',
    instead: null,
    mark: any(
      json('securityCategory', 'vulnerabilityProbability'),
      json('issues', 'component', 'rule', 'effort', 'debt'),
      json('issues', 'rule', 'component', 'textRange'),
      json('key', 'name', 'htmlDesc'),
      json('key', 'name', 'mdDesc'),
      json('key', 'qualifier', 'lastAnalysisDate'),
    ),
  },
  { name: 'Veracode', about: 'code', instead: null, mark: xml('detailedreport', 'veracode') },
  {
    name: 'Wapiti',
    about: 'web applications',
    instead: null,
    mark: any(xml('report', '>wapiti<'), json('classifications', 'vulnerabilities', 'anomalies', 'infos')),
  },
  { name: 'WPScan', about: 'WordPress', instead: null, mark: matching(/"WordPress Security Scanner by the WPScan Team"/) },
  {
    name: 'ZAP',
    about: 'web applications',
    instead: sarif("the report template 'sarif-json'"),
    mark: any(xml('OWASPZAPReport'), json('@version', '@generated', 'site')),
  },
]

/** The tool whose file this is, of those that are not read; null when it is none of them. */
export const recognise = (head: Head): Recognised | null => recognised.find(({ mark }) => mark(head)) ?? null
