import type { AssetAttributes, AssetType, NameType } from './asset.ts'
import { ec2Name, readArn, resourceArn } from './aws-arn.ts'
import { remembered } from './remembered.ts'

/** Where a report saw a resource. What the report does not say is ''. */
export interface CloudPlace {
  /** The provider in the tool's own word, any case: aws, Amazon Web Services, azure, gcp, m365, kubernetes … */
  provider: string
  /** AWS account number, Azure subscription id, Google project id, tenant id, cluster name. */
  account: string
  region: string
  /** The tool's word for the type: `AWS::EC2::VPC`, `AwsEc2Vpc`, `Microsoft.Compute/virtualMachines`, `Bucket`. */
  type: string
}

export interface CloudName {
  type: AssetType
  /** Name that people read. */
  name: string
  /** Empty when the report does not name the account: the person is then asked which one it is. */
  names: { type: NameType; name: string }[]
  /** It is the account, subscription, project, tenant or cluster itself: the region is then only a place in it. */
  whole_account: boolean
  /** The resource's id where it cannot be named on its own, because its account is not known: it is then a place in that account. Else ''. */
  place: string
}

const providers = new Map<string, NonNullable<AssetAttributes['cloud_provider']>>([
  ['aws', 'aws'],
  ['amazon', 'aws'],
  ['amazon web services', 'aws'],
  ['azure', 'azure'],
  ['microsoft azure', 'azure'],
  ['gcp', 'gcp'],
  ['google', 'gcp'],
  ['google cloud', 'gcp'],
  ['google cloud platform', 'gcp'],
  ['kubernetes', 'kubernetes'],
  ['k8s', 'kubernetes'],
  ['m365', 'm365'],
  ['microsoft365', 'm365'],
  ['microsoft 365', 'm365'],
  ['github', 'github'],
  ['oci', 'oci'],
  ['oraclecloud', 'oci'],
  ['oracle', 'oci'],
  ['oracle cloud', 'oci'],
  ['oracle cloud infrastructure', 'oci'],
  ['alibaba', 'alibaba'],
  ['alibabacloud', 'alibaba'],
  ['alibaba cloud', 'alibaba'],
  ['aliyun', 'alibaba'],
])

/** The provider that a tool's word means; `other` for one that has no name of its own here, undefined for an empty word. */
export function cloudProvider(word: string): AssetAttributes['cloud_provider'] {
  const lower = word.trim().toLowerCase()
  return lower === '' ? undefined : (providers.get(lower) ?? 'other')
}

/**
 * The account, subscription, project, tenant or cluster that was scanned. `source` keeps clusters apart that two tools merely call alike;
 * `shown` is its name for people, '' when there is none.
 */
export function nameCloudAccount(place: Pick<CloudPlace, 'provider' | 'account'>, source: string, shown = ''): CloudName {
  const { account } = place
  const provider = cloudProvider(place.provider)
  const word = place.provider.trim().toLowerCase()
  const of = (type: AssetType, nameType: NameType, id: string): CloudName => ({
    type,
    name: shown || account || word,
    names: id === '' ? [] : [{ type: nameType, name: id }],
    whole_account: true,
    place: '',
  })
  if (account === '') return of(provider === 'kubernetes' ? 'cluster' : 'account', 'label', '')
  if (provider === 'aws') return of('account', 'cloud_id', `arn:aws:iam::${account}:root`)
  if (provider === 'azure') return of('account', 'cloud_id', `/subscriptions/${account.toLowerCase()}`)
  if (provider === 'gcp') return of('account', 'cloud_id', `projects/${account}`)
  if (provider === 'm365') return of('tenant', 'tenant_id', account.toLowerCase())
  if (provider === 'kubernetes') {
    const name = /^(?:arn:|\/subscriptions\/|\/\/container\.googleapis\.com\/)/i.test(account) ? globalName(account) : null
    return name === null ? of('cluster', 'label', `${source}/${account}`) : of('cluster', 'cloud_id', name)
  }
  return of('account', 'cloud_id', `${word}:${account}`)
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Google services by the collection that follows a project's zone, region or `global`, for paths that do not say their service. */
const COMPUTE = /^projects\/[^/]+\/(?:global|zones\/[^/]+|regions\/[^/]+)\/[^/]/

/**
 * One spelling of an id that is unique in the whole world: an ARN, an Azure path (lower case: Azure takes no notice of it, and tools mix),
 * a Google resource name (`//service.googleapis.com/projects/…`, also for links to it), an OCID, a GUID. Null for any other text.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html,
 * https://cloud.google.com/asset-inventory/docs/resource-name-format
 */
export const globalName: (id: string) => string | null = remembered((id) => {
  const text = id.trim()
  const arn = readArn(text)
  if (arn !== null) return arn.text
  if (text.startsWith('arn:')) return text
  const azure = /^(?:https:\/\/management\.azure\.com)?\/?(subscriptions\/[^?#]+)/i.exec(text)
  if (azure) return `/${azure[1]!.toLowerCase().replace(/\/+$/, '')}`
  const link = /^https:\/\/(?:www\.googleapis\.com\/([a-z]+)\/v\d\w*|([a-z]+)\.googleapis\.com\/\2?\/?v\d\w*)\/(projects\/.+)$/.exec(text)
  if (link) return `//${link[1] ?? link[2]}.googleapis.com/${link[3]}`
  if (/^\/\/cloudresourcemanager\.googleapis\.com\/projects\/[^/]+$/.test(text))
    return text.slice('//cloudresourcemanager.googleapis.com/'.length)
  if (/^\/\/[a-z]+\.googleapis\.com\//.test(text)) return text
  if (COMPUTE.test(text)) return `//compute.googleapis.com/${text}`
  if (text.startsWith('projects/') || /^ocid1\./i.test(text) || text.startsWith('https://')) return text
  return GUID.test(text) ? text.toLowerCase() : null
})

/** A text that names a whole AWS account, Azure subscription or Google project: which. Null for anything else. */
function accountIn(uid: string): { provider: string; account: string } | null {
  const of = (provider: string, match: RegExpExecArray | null) => (match ? { provider, account: match[1]! } : null)
  return (
    of('aws', /^arn:[a-z-]+:iam::(\d+):root$/.exec(uid) ?? /^AWS::::Account:(\w+)$/.exec(uid)) ??
    of('azure', /^\/?subscriptions\/([^/]+)\/?$/i.exec(uid)) ??
    of('gcp', /^(?:\/\/cloudresourcemanager\.googleapis\.com\/)?projects\/([^/]+)$/.exec(uid))
  )
}

/**
 * The names of a resource that hold in the whole world: its id where that is such a name, completed to an ARN or path where its type is known, and the own
 * id of an EC2 resource. Empty for an id that another account may have, too.
 */
export function cloudIds(uid: string, place: CloudPlace): string[] {
  const known = globalName(uid) ?? resourceName(uid, place)
  const own = ec2Name(known ?? uid)
  return [...new Set([known, own].filter((name) => name !== null))]
}

/**
 * Names the resource `uid` so that every tool's report names it alike. An id that is unique only inside its account is completed to an ARN
 * where its type is known, else written `provider:account:region:type:id`. The account itself (its own id, or no id at all) is named as
 * {@link nameCloudAccount} does; without a known account the resource is a place in an account that has no name. `shown` is the resource's name for people, '' when there is none.
 */
export function nameCloudResource(uid: string, shown: string, place: CloudPlace, source: string): CloudName {
  const { provider, account, region, type } = place
  // Words in place of an id ("No trails") are a tool's way to speak of the account.
  const words = cloudProvider(provider) === 'aws' && /\s/.test(uid) && !uid.startsWith('arn:')
  const own = uid === '' || uid === account
  if (own || (words && account !== '')) return nameCloudAccount({ provider, account }, source, own ? shown : '')
  const whole = accountIn(uid)
  if (whole !== null) return nameCloudAccount(whole, source)
  const known = cloudIds(uid, place)
  const ids = known.length > 0 || account === '' ? known : [[provider, account, region, type, uid].join(':')]
  if (ids.length === 0) return { ...nameCloudAccount({ provider, account: '' }, source), place: uid }
  const names = ids.map((name) => ({ type: 'cloud_id' as const, name }))
  return { type: typeOf(ids[0]!), name: shown && shown !== uid ? shown : shortName(uid), names, whole_account: false, place: '' }
}

const MACHINE =
  /:instance\/i-|^i-|\/providers\/microsoft\.compute\/virtualmachines\/[^/]+$|^\/\/compute\.googleapis\.com\/projects\/[^/]+\/zones\/[^/]+\/instances\/[^/]+$/
const CLUSTER =
  /^arn:aws[a-z-]*:eks:[^:]*:[^:]*:cluster\/|\/providers\/microsoft\.containerservice\/managedclusters\/[^/]+$|^\/\/container\.googleapis\.com\/projects\/.*\/clusters\/[^/]+$/

/** Virtual machines are devices and Kubernetes services clusters, as other tools call them; everything else is a resource. */
const typeOf = (id: string): AssetType => (MACHINE.test(id) ? 'device' : CLUSTER.test(id) ? 'cluster' : 'cloud_resource')

/** An id without its account, whose type says what it is. */
function resourceName(uid: string, place: CloudPlace): string | null {
  const provider = cloudProvider(place.provider)
  if (provider === 'aws' || provider === undefined) return resourceArn(uid, place)
  if (provider === 'gcp' && /^(?:storage\.googleapis\.com\/)?bucket$/i.test(place.type) && /^[a-z0-9._-]+$/.test(uid))
    return `//storage.googleapis.com/${uid}`
  return null
}

/** What people call a resource of which only the id is known: the last part of an ARN or path. */
function shortName(uid: string): string {
  if (!/^(?:arn:|\/|projects\/)/.test(uid)) return uid
  return /[^/:]+$/.exec(uid)?.[0] ?? uid
}

/** Attributes of an asset found there; its region only where it has one. */
export function cloudAttributes(place: Pick<CloudPlace, 'provider' | 'account' | 'region'>, whole_account: boolean): AssetAttributes {
  const provider = cloudProvider(place.provider)
  return {
    ...(provider && { cloud_provider: provider }),
    ...(place.account !== '' && { cloud_account: place.account }),
    ...(place.region !== '' && !whole_account && { region: place.region }),
  }
}
