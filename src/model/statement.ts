/** What the author of a VEX document says of one product and one vulnerability: https://www.cisa.gov/sites/default/files/2023-04/minimum-requirements-for-vex-508c.pdf */
export const statementStatuses = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const
export type StatementStatus = (typeof statementStatuses)[number]

/**
 * Why a product is not affected, in the words of OpenVEX and CSAF
 * (https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md, "Status Justifications"). `depends`: only under conditions that the author
 * leaves to us (CycloneDX requires_configuration, requires_dependency, requires_environment).
 */
export const statementJustifications = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
  'depends',
] as const
export type StatementJustification = (typeof statementJustifications)[number]

/** What a statement is about, as far as we can find it among the organisation's assets: all that is given must fit. Nothing: it only informs. */
export interface StatementTarget {
  /** `registry/repository:tag`, or `registry/repository` for whatever tag of it. */
  image?: string
  /** Content digest of an image, sha256:…; names it alone, whatever `image` says. */
  image_digest?: string
  /** One spelling of a repository's address, as `repositoryName` gives it. */
  repository?: string
  /** Package URL of a component; without version: whatever version. */
  package?: string
}
