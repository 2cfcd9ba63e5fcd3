import type { AssetAttributes, AssetType, NameType } from './asset.ts'
import type { ExploitStage } from './exploit.ts'
import type { Severity } from './severity.ts'
import type { StatementJustification, StatementStatus, StatementTarget } from './statement.ts'
import type { Instant } from './time.ts'

/**
 * What importers and feeds yield: plain objects, one per thing that the file says, in the order of the file. A `report` comes first;
 * a file may hold several (daily snapshots), each begins with its own `report`. An `asset` comes before what refers to it by `asset`
 * (a key of the importer's own choice, valid within the report). Repeating an asset, control or vulnerability is allowed.
 */
export type FileRecord =
  | ReportRecord
  | AssetRecord
  | CoverageRecord
  | SoftwareRecord
  | VulnerabilityRecord
  | ControlRecord
  | FindingRecord
  | ControlResultRecord
  | FindingClosedRecord
  | ScoreTotalRecord
  | StatementRecord
  | SkippedRecord
  | EpssRecord
  | ExploitRecord
  | CvssRecord
  | DescriptionRecord
  | EndOfLifeRecord

export interface ReportRecord {
  kind: 'report'
  /** Who says so, "trivy", "nessus", "cisa-kev": reports of one source replace each other where they cover the same. */
  source: string
  /** The tool's own name and version as the file gives them; null when it does not. */
  tool: string | null
  tool_version: string | null
  /** When the tool looked. Null when the file does not say: the person is then asked (`--observed-at`). */
  observed_at: Instant | null
  /** The tenant or account directory that the report is about, when it names one: routes it to the organisation. */
  tenant_id?: string
  /** The report lists every asset (inventory) or every entry (feed) of this source there is: what it omits has left. */
  complete?: boolean
  /** The report is a document of statements (VEX): what an earlier version of it stated and this one does not is withdrawn. */
  document?: StatementDocument
}

/** A document whose author states something of products and vulnerabilities. Author and id together name it through its versions. */
export interface StatementDocument {
  /** The author's own id of the document, stable over its versions. */
  id: string
  /** The author's count or name of this version. */
  version?: string
  /** Who vouches for the statements. */
  author: string
  /** What the author is in this: vendor, coordinator, document creator. */
  role?: string
}

export interface AssetRecord {
  kind: 'asset'
  asset: string
  type: AssetType
  /** The name that people read. */
  name: string
  /** Every name that can identify it, lower case where case does not matter (fqdn, hostname). */
  names: { type: NameType; name: string }[]
  attributes?: AssetAttributes
  /** When this asset was looked at, where the report says so per asset; otherwise the report's observed_at. */
  observed_at?: Instant
  /** The report lists it without saying that it ran anything on it, and it may be gone (an inventory row marked inactive). */
  inactive?: boolean
}

/**
 * What was looked for on an asset: only what is covered can be closed by this report (law 7). No coverage record means that the
 * report covers nothing (a delta).
 */
export interface CoverageRecord {
  kind: 'coverage'
  asset: string
  subject: 'vulnerability' | 'control' | 'software'
  /** `full`: with credentials, an agent, or the whole content; `remote`: only what can be seen without them. Default full. */
  access?: 'full' | 'remote'
  /** The report was filtered to this severity and above. Default: everything. */
  min_severity?: Severity
  /** A name for the set of checks when it was narrowed (a policy, a plugin family); default '' = all that the tool has. */
  checks?: string
}

export interface SoftwareRecord {
  kind: 'software'
  asset: string
  name: string
  vendor?: string
  version?: string
  purl?: string
  cpe?: string
  /** Where it was found: path or package manager. */
  place?: string
  /** Vendor's end of support, when the tool states it. */
  end_of_support_at?: Instant
}

/** A vulnerability as this tool describes it. World facts (CVE records, EPSS, KEV) come from feeds and win for scores. */
export interface VulnerabilityRecord {
  kind: 'vulnerability'
  /** CVE id when there is one, else GHSA/OSV/vendor id as the tool writes it, else `<source>:<id>`. */
  vulnerability_id: string
  title?: string
  description?: string
  severity?: Severity
  /** CVSS base score 0–10; v4 before v3 before v2 when several are given. */
  cvss?: number
  cvss_vector?: string
  published_at?: Instant
  /** Other ids of the same vulnerability, GHSA for a CVE and so on. */
  aliases?: string[]
  url?: string
}

/** A rule of good configuration as the tool describes it. */
export interface ControlRecord {
  kind: 'control'
  /** `<source>:<the tool's check id>`, stable over versions of the tool. */
  control_id: string
  title: string
  severity?: Severity
  /** Identity, Device, Apps, Data, Infrastructure where the tool says so; else the tool's own service or category. */
  category?: string
  description?: string
  remediation?: string
  /** https link to the place where it is set or explained. */
  url?: string
  product?: string
  /** Points that meeting it fully gives; default 10. */
  max_points?: number
  /** Requirements of frameworks that the report itself names. */
  frameworks?: { framework: string; requirement: string }[]
  details?: ControlDetails
  /**
   * Only what a file of results happens to say, `title` often just the tool's id: it stands until a whole description of this control is
   * there, and never replaces one, whatever their times.
   */
  partial?: boolean
}

/** What some tools say of an action beside what all say, as they write it; a member that the tool leaves out is left out. */
export interface ControlDetails {
  /** Config, Review, Behavior. */
  action_type?: string
  /** Core, Defense in Depth, Advanced. */
  tier?: string
  /** The tool's own order of work, 1 first. */
  rank?: number
  /** Low, Moderate, High. */
  user_impact?: string
  implementation_cost?: string
  /** What it protects against: "Account breach". */
  threats?: string[]
  /** What people will notice. */
  remediation_impact?: string
  deprecated?: boolean
  /** An alert that is open in the tool's organisation is tied to the software or setting that it is about. */
  active_alert?: boolean
  /** The software that it is about, and who makes it, as the tool's findings and inventory name them. */
  software_name?: string
  software_vendor?: string
  /** When the vendor last changed the action, as it writes it (ISO 8601). */
  updated_at?: string
}

/** One item of the report: "this asset has this". One record per item as the report states it, informational ones included. */
export interface FindingRecord {
  kind: 'finding'
  asset: string
  /**
   * The vulnerabilities of this item: an item with three CVEs has three. Prefer the CVE; an item without any public id has the tool's
   * own id `<source>:<id>`. Leave out for a rule in code or configuration and give `control_id` instead.
   */
  vulnerability_ids?: string[]
  control_id?: string
  severity?: Severity
  cvss?: number
  /** What the tool itself says of exploitation; the world's feeds are added to it. */
  exploit_stage?: ExploitStage
  title?: string
  /** The component that has it, without its version in `name`. */
  component?: { name: string; version?: string; purl?: string; type?: string; vendor?: string }
  /** The version (or update) that fixes it, when the tool says so. */
  fixed_version?: string
  /** Where: path, port/protocol, file:line, resource. Part of the finding's identity only together with the component. */
  place?: string
  /** The access that was needed to see it; default: the access of the asset's coverage. */
  access?: 'full' | 'remote'
}

export interface ControlResultRecord {
  kind: 'control_result'
  asset: string
  control_id: string
  /** `not_run`: error, skipped, manual, muted: neither pass nor fail. */
  status: 'pass' | 'fail' | 'not_applicable' | 'not_run'
  severity?: Severity
  /** Points achieved, where the tool states them. */
  points?: number
  max_points?: number
  /** "97 of 120 users": objects that meet it, and all. */
  passed?: number
  total?: number
  /** The tool's sentence about what it saw. */
  evidence?: string
  place?: string
  /** Whether the tool expects that people would notice when this asset meets it; left out where it does not say. */
  user_impact?: boolean
}

/**
 * An item that the report states as closed: fixed, resolved, archived because it is no longer found. It ends this source's own sighting (or
 * failed result) of it, whatever the report covers, and opens nothing. Ignored, suppressed, muted, dismissed, accepted and false positive
 * are no closings: those are `skipped`. What an open item of the same finding in the same report says counts more.
 */
export interface FindingClosedRecord {
  kind: 'closed'
  asset: string
  /**
   * Vulnerabilities or control, component and place as the open item's {@link FindingRecord} gives them: they name the finding. For an item
   * that is a {@link ControlResultRecord} while open only the control.
   */
  vulnerability_ids?: string[]
  control_id?: string
  component?: { name: string }
  place?: string
  /** Since when, as the tool says; left out where it does not: then since the instant at which the asset was looked at. */
  closed_at?: Instant
  /** The tool's own word: Fixed, RESOLVED, ARCHIVED. */
  reason: string
  /** Place in the file, as of a skipped item. */
  at: string
}

/** A total that a tool states without its parts (Graph secureScores: currentScore, maxScore, comparisons). */
export interface ScoreTotalRecord {
  kind: 'score_total'
  score: 'secure_score'
  points: number
  max_points: number
  comparisons?: { basis: string; category: string; value: number; audience?: ComparisonAudience }[]
  details?: TotalDetails
}

/** What a snapshot says beside its points. */
export interface TotalDetails {
  active_users?: number
  licensed_users?: number
  /** Names of services that are switched on: HasExchange. */
  services?: string[]
}

/** Whom an average is about, where the source says so. */
export interface ComparisonAudience {
  seats_from?: number
  seats_to?: number
  industry?: string
}

/**
 * Somebody else's word on one product and one vulnerability (VEX). Only in a report that is a `document`. It opens no finding and closes
 * none: it is told with the findings that it is about, and may take them out of the scores (model/statement.ts).
 */
export interface StatementRecord {
  kind: 'statement'
  /** CVE id when there is one among its names, else the id as written. */
  vulnerability_id: string
  status: StatementStatus
  justification?: StatementJustification
  /** The author's words on it: impact, action, notes. */
  detail?: string
  /** When the author made it, where the document dates its statements: told, not used. It holds from the report's observed_at. */
  stated_at?: Instant
  /** The product as the document names it, for people. */
  product: string
  target: StatementTarget
}

/** An item that could not be read. Counted, kept and shown; nothing is guessed in its place. */
export interface SkippedRecord {
  kind: 'skipped'
  /** Place in the file: `Results[3].Vulnerabilities[7]`, `line 12`, `ReportHost web-1`. */
  at: string
  /** What was expected and what was there. */
  reason: string
}

/** EPSS of one vulnerability on the report's day. Source: https://www.first.org/epss/data_stats */
export interface EpssRecord {
  kind: 'epss'
  vulnerability_id: string
  epss: number
  percentile: number | null
}

/** A source states a stage of exploitation. `since`: when it became true by the feed's own date; else the feed's observed_at. */
export interface ExploitRecord {
  kind: 'exploit'
  vulnerability_id: string
  stage: ExploitStage
  since?: Instant
  /** The feed's own id of the evidence: EDB-1234, a module name; '' for a listing. */
  reference: string
}

/** A CVSS score given by a CVE record's CNA or ADP container. */
export interface CvssRecord {
  kind: 'cvss'
  vulnerability_id: string
  cvss: number
  vector: string
  version: '2.0' | '3.0' | '3.1' | '4.0'
}

export interface DescriptionRecord {
  kind: 'description'
  vulnerability_id: string
  title?: string
  description?: string
  published_at?: Instant
  state?: 'published' | 'rejected'
  /** CISA SSVC decision points of the record: https://www.cisa.gov/stakeholder-specific-vulnerability-categorization-ssvc */
  ssvc?: { exploitation?: 'none' | 'poc' | 'active'; automatable?: 'yes' | 'no'; technical_impact?: 'partial' | 'total' }
  affected?: { vendor: string; product: string }[]
}

/** One release of a product of endoflife.date. */
export interface EndOfLifeRecord {
  kind: 'end_of_life'
  product: string
  title: string
  release: string
  /** Instant of the end, or null when the product says only "yes"/"no" (then `ended` says it). */
  ends_at: Instant | null
  ended: boolean | null
  latest_version?: string
  identifiers?: string[]
}
