import type { Criticality } from '../model/asset.ts'
import type { Day } from './days.ts'
import type { Random } from './random.ts'
import { chapterDays } from './story.ts'

/** A machine: laptop, server or appliance. */
export interface Host {
  name: string
  fqdn: string
  ip: string
  agent_id: string
  kind: 'windows' | 'windows_10' | 'macos' | 'linux' | 'windows_server' | 'linux_server' | 'appliance'
  os: string
  /** Keys of `products`. */
  products: string[]
  group: string
  site: 'Berlin' | 'Hamburg' | 'Data centre' | 'Northwind'
  owner: string
  criticality: Criticality | null
  internet_facing: boolean
  /** How well it is looked after. */
  care: 'good' | 'lagging' | 'poor'
  joined_on: Day
  /** The first day without it; null while it is there. */
  left_on: Day | null
  /** Who looks at it: `defender` the endpoint agent, `nessus` the network scanner with credentials. */
  scanner: 'defender' | 'nessus'
}

/** A container image that is rebuilt every now and then; `internet_facing` where it serves the public. */
export interface Image {
  name: string
  os: { family: string; name: string }
  /** Ecosystems and packages that it has: `npm:next`. */
  packages: string[]
  owner: string
  internet_facing: boolean
  /** Days between two builds. */
  rebuilt_every: number
}

/** A resource in a cloud account. */
export interface CloudResource {
  id: string
  name: string
  type: string
  service: string
  provider: 'aws' | 'azure'
  account: string
  region: string
  internet_facing: boolean
}

export interface Fleet {
  hosts: Host[]
  images: Image[]
  resources: CloudResource[]
  accounts: { provider: 'aws' | 'azure'; id: string; name: string }[]
  /** Directory (tenant) id of the demo organisation. */
  tenant_id: string
}

/** The made-up tenant of the demo organisation. */
export const DEMO_TENANT = 'd3300000-0000-4000-8000-00000000d300'
const DOMAIN = 'demo.example'

const images: Image[] = [
  {
    name: 'registry.demo.example/shop/web:stable',
    os: { family: 'alpine', name: '3.18.4' },
    packages: ['npm:react-server-dom-webpack', 'npm:next', 'npm:axios', 'alpine:libssl3', 'alpine:libcurl', 'alpine:libwebp'],
    owner: 'Shop team',
    internet_facing: true,
    rebuilt_every: 14,
  },
  {
    name: 'registry.demo.example/shop/orders:stable',
    os: { family: 'alpine', name: '3.17.2' },
    packages: [
      'maven:org.apache.logging.log4j:log4j-core',
      'maven:org.springframework:spring-beans',
      'maven:org.yaml:snakeyaml',
      'maven:org.apache.commons:commons-text',
      'alpine:libssl3',
    ],
    owner: 'Shop team',
    internet_facing: false,
    rebuilt_every: 28,
  },
  {
    name: 'registry.demo.example/shop/gateway:stable',
    os: { family: 'alpine', name: '3.18.4' },
    packages: [
      'maven:org.springframework.cloud:spring-cloud-gateway-server',
      'maven:org.springframework:spring-beans',
      'alpine:libexpat',
      'alpine:libcurl',
    ],
    owner: 'Shop team',
    internet_facing: true,
    rebuilt_every: 28,
  },
  {
    name: 'registry.demo.example/data/assistant:nightly',
    os: { family: 'alpine', name: '3.18.4' },
    packages: ['pypi:langflow', 'pypi:requests', 'pypi:Jinja2', 'alpine:libexpat', 'alpine:krb5-libs'],
    owner: 'Data team',
    internet_facing: true,
    rebuilt_every: 1,
  },
  {
    name: 'registry.demo.example/data/reports:stable',
    os: { family: 'alpine', name: '3.17.2' },
    packages: ['pypi:Django', 'pypi:Pillow', 'pypi:Jinja2', 'pypi:requests', 'alpine:libwebp', 'alpine:libssl3'],
    owner: 'Data team',
    internet_facing: false,
    rebuilt_every: 56,
  },
  {
    name: 'registry.demo.example/ops/workflows:stable',
    os: { family: 'alpine', name: '3.18.4' },
    packages: ['npm:n8n', 'npm:axios', 'alpine:libcurl'],
    owner: 'Platform team',
    internet_facing: false,
    rebuilt_every: 28,
  },
  {
    name: 'registry.demo.example/ops/runner:nightly',
    os: { family: 'alpine', name: '3.18.4' },
    packages: ['gobinary:github.com/opencontainers/runc', 'gobinary:golang.org/x/net', 'alpine:libcurl', 'alpine:minizip'],
    owner: 'Platform team',
    internet_facing: false,
    rebuilt_every: 1,
  },
  {
    name: 'registry.demo.example/ops/proxy:stable',
    os: { family: 'alpine', name: '3.17.2' },
    packages: ['gobinary:golang.org/x/net', 'alpine:libssl3', 'alpine:libcurl', 'alpine:libexpat'],
    owner: 'Platform team',
    internet_facing: true,
    rebuilt_every: 28,
  },
  {
    name: 'registry.demo.example/northwind/portal:latest',
    os: { family: 'alpine', name: '3.16.2' },
    packages: [
      'maven:org.apache.logging.log4j:log4j-core',
      'maven:org.yaml:snakeyaml',
      'npm:axios',
      'alpine:libssl3',
      'alpine:libwebp',
      'alpine:krb5-libs',
    ],
    owner: 'Northwind team',
    internet_facing: true,
    rebuilt_every: 90,
  },
]

/** Extra products of servers by their task, in the order in which servers get tasks. */
const windowsTasks: { task: string; count: number; products: string[]; criticality: Criticality; internet?: boolean }[] = [
  { task: 'dc', count: 4, products: ['winserver'], criticality: 'very_high' },
  { task: 'wsus', count: 1, products: ['winserver'], criticality: 'high' },
  { task: 'mail', count: 2, products: ['exchange'], criticality: 'very_high', internet: true },
  { task: 'collab', count: 3, products: ['sharepoint'], criticality: 'high', internet: true },
  { task: 'backup', count: 2, products: ['veeam'], criticality: 'very_high' },
  { task: 'print', count: 1, products: ['papercut'], criticality: 'low' },
  { task: 'desk', count: 1, products: ['whd', 'tomcat'], criticality: 'medium', internet: true },
  { task: 'file', count: 10, products: [], criticality: 'high' },
  { task: 'term', count: 8, products: ['office', 'chrome', '7zip', 'acrobat'], criticality: 'medium' },
  { task: 'app', count: 8, products: ['vmtools'], criticality: 'medium' },
]
const linuxTasks: typeof windowsTasks = [
  { task: 'web', count: 10, products: ['httpd', 'nginx'], criticality: 'high', internet: true },
  { task: 'java', count: 10, products: ['tomcat', 'vmtools'], criticality: 'high' },
  { task: 'mq', count: 3, products: ['activemq'], criticality: 'high' },
  { task: 'mongo', count: 4, products: ['mongodb'], criticality: 'very_high' },
  { task: 'pg', count: 4, products: ['postgresql', 'vmtools'], criticality: 'very_high' },
  { task: 'cache', count: 3, products: ['redis'], criticality: 'medium' },
  { task: 'wiki', count: 1, products: ['confluence'], criticality: 'medium', internet: true },
  { task: 'git', count: 1, products: ['gitlab', 'redis'], criticality: 'very_high', internet: true },
  { task: 'build', count: 3, products: ['jenkins', 'git'], criticality: 'high' },
  { task: 'graf', count: 1, products: ['grafana'], criticality: 'low' },
  { task: 'sap', count: 2, products: ['sapnw'], criticality: 'very_high' },
  { task: 'plant', count: 2, products: ['inetutils', 'cups'], criticality: 'medium' },
  { task: 'misc', count: 6, products: ['cups'], criticality: 'low' },
]
const appliances: { name: string; os: string; product: string; internet: boolean; site: Host['site'] }[] = [
  ...['fw-berlin-1', 'fw-berlin-2', 'fw-hamburg-1', 'fw-dc-1'].map((name) => ({
    name,
    os: 'FortiOS',
    product: 'fortios',
    internet: true,
    site: name.includes('hamburg') ? ('Hamburg' as const) : ('Data centre' as const),
  })),
  ...['adc-1', 'adc-2'].map((name) => ({
    name,
    os: 'Citrix NetScaler',
    product: 'netscaler',
    internet: true,
    site: 'Data centre' as const,
  })),
  ...['vpn-1', 'vpn-2'].map((name) => ({ name, os: 'Cisco ASA', product: 'ciscoasa', internet: true, site: 'Data centre' as const })),
  { name: 'vc-1', os: 'VMware Photon OS', product: 'vcenter', internet: false, site: 'Data centre' },
  ...['esx-1', 'esx-2', 'esx-3'].map((name) => ({
    name,
    os: 'VMware ESXi 8.0',
    product: 'esxi',
    internet: false,
    site: 'Data centre' as const,
  })),
  { name: 'mdm-1', os: 'Ivanti EPMM', product: 'epmm', internet: true, site: 'Data centre' },
]

/** Everything that the demo organisation has, between `first` and `last`. */
export function makeFleet(random: Random, first: Day, last: Day): Fleet {
  const hosts: Host[] = []
  const nets = { Berlin: 10, Hamburg: 20, 'Data centre': 30, Northwind: 40 }
  const counts = new Map<string, number>()
  const add = (host: Omit<Host, 'fqdn' | 'ip' | 'agent_id' | 'joined_on' | 'left_on'> & Partial<Host>) => {
    const number = (counts.get(host.site) ?? 0) + 1
    counts.set(host.site, number)
    hosts.push({
      fqdn: `${host.name}.${host.site === 'Northwind' ? `northwind.${DOMAIN}` : DOMAIN}`,
      ip: `10.${nets[host.site]}.${Math.floor(number / 250)}.${(number % 250) + 1}`,
      agent_id:
        host.kind === 'appliance' ? '' : host.scanner === 'defender' ? random.hex(40, 'agent', host.name) : random.uuid('agent', host.name),
      joined_on: first,
      left_on: null,
      ...host,
    })
  }
  const careOf = (name: string, good: number): Host['care'] => (random.share('care', name) < good ? 'good' : 'lagging')
  const some = (name: string, product: string, share: number) => (random.share('has', name, product) < share ? [product] : [])
  const endpointSite = (name: string): Host['site'] => (random.share('site', name) < 0.3 ? 'Hamburg' : 'Berlin')

  for (let i = 1; i <= 128; i++) {
    const name = `wks-${String(i).padStart(3, '0')}`
    const old = i > 104
    // A few are replaced during the time: the last eight come when the eight before them leave.
    const moved = first + 120 + ((i * 37) % 300)
    add({
      name,
      kind: old ? 'windows_10' : 'windows',
      os: old ? 'Windows 10 22H2' : 'Windows 11 24H2',
      products: [
        'windows',
        'office',
        ...some(name, 'chrome', 0.8),
        ...some(name, 'firefox', 0.25),
        ...some(name, 'winrar', 0.55),
        ...some(name, '7zip', 0.5),
        ...some(name, 'notepadpp', 0.35),
        ...some(name, 'acrobat', 0.7),
        ...some(name, 'git', 0.15),
      ],
      group: endpointSite(name) === 'Hamburg' ? 'Hamburg office' : i % 5 === 0 ? 'Field service' : 'Berlin office',
      site: endpointSite(name),
      owner: 'Workplace team',
      criticality: i % 11 === 0 ? 'high' : i % 4 === 0 ? 'low' : null,
      internet_facing: false,
      care: careOf(name, 0.85),
      scanner: 'defender',
      ...(i >= 89 && i <= 96 ? { left_on: moved } : i >= 97 && i <= 104 ? { joined_on: first + 120 + (((i - 8) * 37) % 300) } : {}),
    })
  }
  for (let i = 1; i <= 40; i++) {
    const name = `mac-${String(i).padStart(2, '0')}`
    add({
      name,
      kind: 'macos',
      os: 'macOS',
      products: [
        'macos',
        ...some(name, 'chrome', 0.7),
        ...some(name, 'git', 0.4),
        ...some(name, 'acrobat', 0.3),
        ...some(name, 'firefox', 0.3),
      ],
      group: 'Design and development',
      site: 'Berlin',
      owner: 'Workplace team',
      criticality: i % 6 === 0 ? 'high' : null,
      internet_facing: false,
      care: careOf(name, 0.85),
      scanner: 'nessus',
    })
  }
  for (let i = 1; i <= 14; i++) {
    const name = `lnx-${String(i).padStart(2, '0')}`
    add({
      name,
      kind: 'linux',
      os: 'Ubuntu 22.04',
      products: ['kernel', 'sudo', 'glibc', 'openssh', 'polkit', 'git', ...some(name, 'chrome', 0.7), ...some(name, 'cups', 0.3)],
      group: 'Design and development',
      site: 'Berlin',
      owner: 'Platform team',
      criticality: null,
      internet_facing: false,
      care: careOf(name, 0.8),
      scanner: 'nessus',
    })
  }
  const servers = (tasks: typeof windowsTasks, windows: boolean) => {
    for (const { task, count, products, criticality, internet } of tasks) {
      for (let i = 1; i <= count; i++) {
        const name = `srv-${task}-${i}`
        const hamburg = i % 3 === 0 && internet !== true
        add({
          name,
          kind: windows ? 'windows_server' : 'linux_server',
          os: windows ? 'Microsoft Windows Server 2022 Standard' : i % 2 === 0 ? 'Debian 12' : 'Ubuntu 22.04',
          products: windows ? ['windows', ...products] : ['kernel', 'sudo', 'glibc', 'openssh', 'polkit', ...products],
          group: windows ? 'Windows servers' : 'Linux servers',
          site: hamburg ? 'Hamburg' : 'Data centre',
          owner: windows ? 'Infrastructure team' : 'Platform team',
          criticality,
          internet_facing: internet === true,
          care: careOf(name, 0.8),
          scanner: 'nessus',
        })
      }
    }
  }
  servers(windowsTasks, true)
  servers(linuxTasks, false)
  for (const { name, os, product, internet, site } of appliances) {
    add({
      name,
      kind: 'appliance',
      os,
      products: [product],
      group: 'Network and virtualisation',
      site,
      owner: 'Infrastructure team',
      criticality: 'high',
      internet_facing: internet,
      care: careOf(name, 0.7),
      scanner: 'nessus',
    })
  }
  const merged = chapterDays('merger', last).from
  for (let i = 1; i <= 40; i++) {
    const server = i > 25
    const windows = i <= 33
    const name = server ? `nw-srv-${i - 25}` : `nw-wks-${String(i).padStart(2, '0')}`
    add({
      name,
      kind: !server ? 'windows' : windows ? 'windows_server' : 'linux_server',
      os: !server ? 'Microsoft Windows 11 Pro' : windows ? 'Microsoft Windows Server 2016 Standard' : 'Debian 11',
      products: !server
        ? ['windows', 'office', 'chrome', 'winrar', ...some(name, 'acrobat', 0.8), ...some(name, '7zip', 0.6)]
        : windows
          ? ['windows', 'winserver', ...(i === 26 ? ['exchange'] : i === 27 ? ['sharepoint'] : i === 28 ? ['veeam'] : [])]
          : [
              'kernel',
              'sudo',
              'glibc',
              'openssh',
              'polkit',
              ...(i <= 36 ? ['httpd', 'tomcat'] : i === 37 ? ['confluence'] : i === 38 ? ['activemq'] : ['redis']),
            ],
      group: 'Northwind',
      site: 'Northwind',
      owner: 'Northwind team',
      criticality: server ? 'medium' : null,
      internet_facing: [26, 27, 34, 37].includes(i),
      care: 'poor',
      scanner: 'nessus',
      joined_on: merged,
    })
  }
  return { hosts, images, ...makeCloud(random), tenant_id: DEMO_TENANT }
}

function makeCloud(random: Random): Pick<Fleet, 'resources' | 'accounts'> {
  const accounts: Fleet['accounts'] = [
    { provider: 'aws', id: '100000000001', name: 'demo-production' },
    { provider: 'aws', id: '100000000002', name: 'demo-development' },
    { provider: 'azure', id: '0a5b0000-0000-4000-8000-00000000d301', name: 'demo-azure' },
  ]
  const resources: CloudResource[] = []
  for (const { provider, id: account, name: where } of accounts) {
    const region = provider === 'aws' ? 'eu-central-1' : 'germanywestcentral'
    const stage = where.replace('demo-', '')
    const add = (id: string, name: string, type: string, service: string, internet_facing = false) =>
      resources.push({ id, name, type, service, provider, account, region, internet_facing })
    if (provider === 'aws') {
      for (let i = 1; i <= 10; i++) add(`arn:aws:s3:::demo-${stage}-data-${i}`, `demo-${stage}-data-${i}`, 'AwsS3Bucket', 's3', i <= 3)
      for (let i = 1; i <= 7; i++) {
        const instance = `i-${random.hex(17, 'ec2', account, i)}`
        add(`arn:aws:ec2:${region}:${account}:instance/${instance}`, instance, 'AwsEc2Instance', 'ec2', i <= 2)
      }
      for (let i = 1; i <= 4; i++) add(`arn:aws:rds:${region}:${account}:db:demo-db-${i}`, `demo-db-${i}`, 'AwsRdsDbInstance', 'rds')
    } else {
      const path = `/subscriptions/${account}/resourcegroups/demo/providers`
      for (let i = 1; i <= 8; i++)
        add(`${path}/microsoft.storage/storageaccounts/demostore${i}`, `demostore${i}`, 'AzureStorageAccount', 'storage', i <= 2)
      for (let i = 1; i <= 4; i++) add(`${path}/microsoft.sql/servers/demo-sql-${i}`, `demo-sql-${i}`, 'AzureSQLServer', 'sqlserver')
      for (let i = 1; i <= 4; i++) add(`${path}/microsoft.keyvault/vaults/demo-vault-${i}`, `demo-vault-${i}`, 'AzureKeyVault', 'keyvault')
    }
  }
  return { resources, accounts }
}
