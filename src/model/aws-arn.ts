import { parseImageReference, type ImageReference } from './asset-name.ts'
import { remembered } from './remembered.ts'

/** An Amazon Resource Name: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
export interface Arn {
  partition: string
  service: string
  /** '' for what belongs to no region (S3, IAM). */
  region: string
  /** '' for what belongs to no account in its name (S3). */
  account: string
  /** The rest, in its own case: `instance/i-0123`, `role/app`. */
  resource: string
  /** The whole, in the one spelling that we keep. */
  text: string
}

const ARN = /^arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):([^:]*):(.+)$/is

/** Types of EC2's resources by the prefix of their id, as their ARNs write them: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
const ec2Types = new Map([
  ['i', 'instance'],
  ['vpc', 'vpc'],
  ['subnet', 'subnet'],
  ['sg', 'security-group'],
  ['vol', 'volume'],
  ['eni', 'network-interface'],
  ['acl', 'network-acl'],
  ['rtb', 'route-table'],
  ['igw', 'internet-gateway'],
  ['nat', 'natgateway'],
  ['eipalloc', 'elastic-ip'],
  ['vpce', 'vpc-endpoint'],
  ['pcx', 'vpc-peering-connection'],
  ['lt', 'launch-template'],
  ['tgw', 'transit-gateway'],
  ['vgw', 'vpn-gateway'],
  ['vpn', 'vpn-connection'],
])

/** The type of an EC2 id such as `vpc-0123abcd`, null for another text. */
const ec2Type = (id: string): string | null => ec2Types.get(/^([a-z]+)-[0-9a-z]{4,32}$/.exec(id)?.[1] ?? '') ?? null

/**
 * Reads an ARN; null for anything else. The kept text has partition, service and region in lower case, and is the same for the spellings that tools
 * use for one resource: an EC2 id without its type gets it, a log group loses its `:*`, a function its `:$LATEST`.
 */
export const readArn: (text: string) => Readonly<Arn> | null = remembered((text) => {
  const match = ARN.exec(text.trim())
  if (!match) return null
  const [partition, service, region] = [match[1]!.toLowerCase(), match[2]!.toLowerCase(), match[3]!.toLowerCase()]
  const account = match[4]!
  let resource = match[5]!
  if (service === 'ec2') {
    const type = ec2Type(resource)
    if (type !== null) resource = `${type}/${resource}`
  }
  // A bucket's policies speak of what is in it; the bucket is meant.
  if (service === 's3' && region === '') resource = resource.replace(/\/\*$/, '')
  if (service === 'logs') resource = resource.replace(/:\*$/, '')
  if (service === 'lambda') resource = resource.replace(/:\$LATEST$/, '')
  return { partition, service, region, account, resource, text: ['arn', partition, service, region, account, resource].join(':') }
})

/**
 * The id of an EC2 resource where it is long enough (17 digits) to be unique in the world; null else. Tools that run inside of a machine know only
 * this one.
 */
export const ec2Name: (id: string) => string | null = remembered((id) => {
  const last = /([a-z]+-[0-9a-f]{17})$/.exec(id)?.[1]
  if (last === undefined || ec2Type(last) === null) return null
  return last === id || readArn(id)?.service === 'ec2' ? last : null
})

/** Words for a type, CloudFormation's (`AWS::S3::Bucket`) and Security Hub's (`AwsS3Bucket`), as one. */
const typeWord = (type: string): string =>
  type
    .toLowerCase()
    .replace(/^aws(?=[a-z:])/, '')
    .replaceAll(/[:._\s-]/g, '')

/** `{}` stands for the id. */
const iamTypes = new Map([
  ['iamuser', 'user/{}'],
  ['iamrole', 'role/{}'],
  ['iamgroup', 'group/{}'],
])

/** The ARN of a resource of which a report tells id, type and place only; null where that is not enough. */
export function resourceArn(id: string, place: { account: string; region: string; type: string }): string | null {
  const type = typeWord(place.type)
  if (type === 's3bucket' && /^[a-z0-9][a-z0-9._-]{1,62}$/i.test(id)) return `arn:aws:s3:::${id}`
  const partition = /^(cn|us-gov)-/.exec(place.region)?.[1]
  const start = `arn:aws${partition ? `-${partition}` : ''}`
  const ec2 = ec2Type(id)
  if (ec2 !== null && place.account !== '' && /^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(place.region))
    return `${start}:ec2:${place.region}:${place.account}:${ec2}/${id}`
  if (ec2 !== null) return ec2Name(id)
  const iam = iamTypes.get(type)
  if (iam !== undefined && place.account !== '' && /^[\w+=,.@-]{1,128}$/.test(id))
    return `${start}:iam::${place.account}:${iam.replace('{}', () => id)}`
  return null
}

/**
 * The image that an ARN of ECR names (`arn:aws:ecr:region:account:repository/name/sha256:…`): `account.dkr.ecr.region.amazonaws.com/name` with
 * the first tag, when there is one, else the digest. Null for another ARN.
 */
export function ecrImage(text: string, tags: readonly string[] = []): (ImageReference & { account: string; region: string }) | null {
  const arn = readArn(text)
  const match = arn?.service === 'ecr' ? /^repository\/(.+?)(?:[/@](sha256:[0-9a-f]+))?$/.exec(arn.resource) : null
  if (!arn || !match) return null
  const host = `${arn.account}.dkr.ecr.${arn.region}.amazonaws.com${arn.partition === 'aws-cn' ? '.cn' : ''}`
  const tag = tags.find((one) => /^\w[\w.-]{0,127}$/.test(one))
  const digest = match[2] ?? null
  if (tag === undefined && digest === null) return null
  const image = parseImageReference(tag === undefined ? `${host}/${match[1]}@${digest}` : `${host}/${match[1]}:${tag}`)
  return image === null ? null : { ...image, digest, account: arn.account, region: arn.region }
}
