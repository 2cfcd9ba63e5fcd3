import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { SaxesParser } from 'saxes'

/** A report of a tool, made at any size. */
export interface MadeReport {
  format: 'nessus' | 'trivy' | 'prowler'
  /** Name of the file. */
  name: string
  lines(findings: number): Iterable<string>
  /** Reads the file with the bare parser of its syntax and does nothing with what it reads: no reading of this format is faster. */
  bareParse(path: string): Promise<void>
}

/** Findings on one asset of a report. */
const PER_ASSET = 200

/** Findings on one target of an image. */
const PER_TARGET = 2000

const cve = (n: number) => `CVE-${2017 + (n % 9)}-${10_000 + n}`
const severityOf = (n: number) => [1, 2, 2, 3, 3, 3, 4][n % 7]!
const description =
  'A weakness in this package lets somebody do what they should not be able to do, when they send it what it does not expect. '.repeat(3)

function* nessusLines(findings: number): Generator<string> {
  yield '<?xml version="1.0" ?>\n<NessusClientData_v2>\n<Policy><policyName>Bench</policyName></Policy>\n<Report name="bench">\n'
  for (let host = 0; host * PER_ASSET < findings; host++) {
    const at = 1_787_000_000 + host * 60
    yield `<ReportHost name="10.1.${host >> 8}.${host & 255}">
<HostProperties>
<tag name="HOST_START_TIMESTAMP">${at}</tag>
<tag name="HOST_END">Mon Aug 17 12:00:00 2026</tag>
<tag name="HOST_END_TIMESTAMP">${at + 300}</tag>
<tag name="Credentialed_Scan">true</tag>
<tag name="host-fqdn">bench-${host}.example.org</tag>
<tag name="host-ip">10.1.${host >> 8}.${host & 255}</tag>
<tag name="operating-system">Linux Kernel 6.1</tag>
<tag name="system-type">general-purpose</tag>
</HostProperties>\n`
    for (let item = 0; item < PER_ASSET && host * PER_ASSET + item < findings; item++) {
      const n = (host * 37 + item * 19) % 4000
      const severity = severityOf(n)
      yield `<ReportItem port="0" svc_name="general" protocol="tcp" severity="${severity}" pluginID="${200_000 + n}" pluginName="Package ${n} &lt; 2.${n % 40} Weakness" pluginFamily="General">
<cve>${cve(n)}</cve>
<cvss3_base_score>${(severity * 2.3).toFixed(1)}</cvss3_base_score>
<cvss3_vector>CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</cvss3_vector>
<description>${description}</description>
<plugin_type>local</plugin_type>
<solution>Update package ${n}.</solution>
<plugin_output>
  Path              : /usr/lib/package-${n}
  Installed version : 1.${n % 40}
  Fixed version     : 2.${n % 40}
</plugin_output>
<vuln_publication_date>2025/0${1 + (n % 9)}/11</vuln_publication_date>
</ReportItem>\n`
    }
    yield '</ReportHost>\n'
  }
  yield '</Report>\n</NessusClientData_v2>\n'
}

const words = ['UNKNOWN', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']

function* trivyLines(findings: number): Generator<string> {
  yield `{"SchemaVersion":2,"CreatedAt":"2026-08-17T12:00:00Z","ArtifactName":"registry.example.org/bench:1","ArtifactType":"container_image",
"Metadata":{"OS":{"Family":"debian","Name":"12.5"},"ImageID":"sha256:${'ab'.repeat(32)}","RepoTags":["registry.example.org/bench:1"]},"Results":[\n`
  for (let n = 0; n < findings; n++) {
    if (n % PER_TARGET === 0)
      yield `${n ? '\n]},\n' : ''}{"Target":"opt/part-${n / PER_TARGET}/package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":[\n`
    yield `${n % PER_TARGET ? ',\n' : ''}${JSON.stringify({
      VulnerabilityID: cve(n % 40_000),
      PkgID: `package-${n}@1.${n % 40}`,
      PkgName: `package-${n}`,
      InstalledVersion: `1.${n % 40}`,
      FixedVersion: `2.${n % 40}`,
      Status: 'fixed',
      SeveritySource: 'ghsa',
      Title: `package ${n}: weakness`,
      Description: description,
      Severity: words[severityOf(n)],
      CVSS: { nvd: { V3Vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', V3Score: 9.8 } },
      References: [`https://example.org/${n}`],
      PublishedDate: '2025-04-11T00:00:00Z',
      LastModifiedDate: '2025-05-11T00:00:00Z',
    })}`
  }
  yield '\n]}]}\n'
}

/** Controls that a made report has, and resources that each is asked of. */
const CONTROLS = 300

/** OCSF Detection Findings as a cloud posture tool writes them: https://schema.ocsf.io/classes/detection_finding */
function* ocsfLines(findings: number): Generator<string> {
  const words = ['Low', 'Medium', 'High', 'Critical']
  yield '[\n'
  for (let n = 0; n < findings; n++) {
    const [control, resource] = [n % CONTROLS, Math.floor(n / CONTROLS)]
    const uid = `arn:aws:s3:::bench-${resource}`
    yield `${n ? ',\n' : ''}${JSON.stringify({
      message: `Resource bench-${resource} does not meet rule ${control}.`,
      metadata: {
        event_code: `rule_${control}`,
        product: { name: 'Prowler', uid: 'prowler', vendor_name: 'Prowler', version: '5.4.0' },
        profiles: ['cloud', 'datetime'],
        version: '1.4.0',
      },
      severity_id: 2 + (control % 4),
      severity: words[control % 4],
      status: 'New',
      status_code: (n * 7) % 10 < 3 ? 'FAIL' : 'PASS',
      status_detail: `Resource bench-${resource} and rule ${control}: ${description}`,
      unmapped: { compliance: { 'CIS-3.0': [`2.${control % 20}`], 'PCI-4.0': [`1.${control % 9}.1`] } },
      finding_info: { created_time: 1_787_000_000, desc: description, title: `Rule ${control}`, uid: `f-${n}` },
      resources: [{ region: 'eu-west-1', group: { name: 's3' }, name: `bench-${resource}`, type: 'AwsS3Bucket', uid }],
      cloud: {
        account: { name: 'bench', type: 'AWS Account', uid: '111122223333' },
        org: { uid: '' },
        provider: 'aws',
        region: 'eu-west-1',
      },
      remediation: { desc: 'Set it.', references: ['https://example.org/fix'] },
      time: 1_787_000_000,
    })}`
  }
  yield '\n]\n'
}

/** Parses the items of a JSON file, which stand on a line each: the whole of a large one is longer than a string can be. */
async function bareJson(path: string): Promise<void> {
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 })) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop()!
    for (const line of lines)
      if (line.length > 200 && line.startsWith('{"') && /[}],?$/.test(line)) JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line)
  }
}

async function bareXml(path: string): Promise<void> {
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 })) parser.write(String(chunk))
  parser.close()
}

/** The reports whose import is measured. */
export const reports: readonly MadeReport[] = [
  { format: 'nessus', name: 'bench.nessus', lines: nessusLines, bareParse: bareXml },
  {
    format: 'trivy',
    name: 'bench-trivy.json',
    lines: trivyLines,
    bareParse: bareJson,
  },
  { format: 'prowler', name: 'bench-ocsf.json', lines: ocsfLines, bareParse: bareJson },
]

/** Writes a made report to a file. */
export async function writeReport(path: string, lines: Iterable<string>): Promise<void> {
  const file = createWriteStream(path)
  let text = ''
  for (const line of lines) {
    text += line
    if (text.length < 1 << 20) continue
    if (!file.write(text)) await once(file, 'drain')
    text = ''
  }
  file.end(text)
  await once(file, 'finish')
}
