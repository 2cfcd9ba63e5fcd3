import type { Feed, Importer } from './importer.ts'

import { alertlogic } from './importers/alertlogic/alertlogic.ts'
import { anchorePolicies } from './importers/anchore-policies/anchore-policies.ts'
import { anchoreVulnerabilities } from './importers/anchore-vulnerabilities/anchore-vulnerabilities.ts'
import { aqua } from './importers/aqua/aqua.ts'
import { asff } from './importers/asff/asff.ts'
import { assetCsv } from './importers/asset-csv/asset-csv.ts'
import { awsInspector2 } from './importers/aws-inspector2/aws-inspector2.ts'
import { blackduck } from './importers/blackduck/blackduck.ts'
import { cargoAudit } from './importers/cargo-audit/cargo-audit.ts'
import { cfnNag } from './importers/cfn-nag/cfn-nag.ts'
import { checkmarxOsa } from './importers/checkmarx-osa/checkmarx-osa.ts'
import { checkov } from './importers/checkov/checkov.ts'
import { clair } from './importers/clair/clair.ts'
import { clamav } from './importers/clamav/clamav.ts'
import { cloudflareInsights } from './importers/cloudflare-insights/cloudflare-insights.ts'
import { cloudsploit } from './importers/cloudsploit/cloudsploit.ts'
import { conftest } from './importers/conftest/conftest.ts'
import { csaf } from './importers/csaf/csaf.ts'
import { cyclonedx } from './importers/cyclonedx/cyclonedx.ts'
import { cycognito } from './importers/cycognito/cycognito.ts'
import { deepfenceThreatmapper } from './importers/deepfence-threatmapper/deepfence-threatmapper.ts'
import { defenderForCloud } from './importers/defender-for-cloud/defender-for-cloud.ts'
import { defenderVulnerabilities } from './importers/defender-vulnerabilities/defender-vulnerabilities.ts'
import { dependencyCheck } from './importers/dependency-check/dependency-check.ts'
import { dependencyTrack } from './importers/dependency-track/dependency-track.ts'
import { dockerBench } from './importers/docker-bench/docker-bench.ts'
import { dockle } from './importers/dockle/dockle.ts'
import { gcloudArtifactScan } from './importers/gcloud-artifact-scan/gcloud-artifact-scan.ts'
import { githubCodeScanning } from './importers/github-code-scanning/github-code-scanning.ts'
import { githubDependabot } from './importers/github-dependabot/github-dependabot.ts'
import { gitlab } from './importers/gitlab/gitlab.ts'
import { govulncheck } from './importers/govulncheck/govulncheck.ts'
import { graphSecureScore } from './importers/graph-secure-score/graph-secure-score.ts'
import { grype } from './importers/grype/grype.ts'
import { hadolint } from './importers/hadolint/hadolint.ts'
import { harbor } from './importers/harbor/harbor.ts'
import { inspec } from './importers/inspec/inspec.ts'
import { jfrogXray } from './importers/jfrog-xray/jfrog-xray.ts'
import { kics } from './importers/kics/kics.ts'
import { kubeBench } from './importers/kube-bench/kube-bench.ts'
import { kubeHunter } from './importers/kube-hunter/kube-hunter.ts'
import { kubeLinter } from './importers/kube-linter/kube-linter.ts'
import { kubeaudit } from './importers/kubeaudit/kubeaudit.ts'
import { kubescape } from './importers/kubescape/kubescape.ts'
import { legitify } from './importers/legitify/legitify.ts'
import { lynis } from './importers/lynis/lynis.ts'
import { maester } from './importers/maester/maester.ts'
import { masscan } from './importers/masscan/masscan.ts'
import { mend } from './importers/mend/mend.ts'
import { meterian } from './importers/meterian/meterian.ts'
import { mozillaObservatory } from './importers/mozilla-observatory/mozilla-observatory.ts'
import { naabu } from './importers/naabu/naabu.ts'
import { nessus } from './importers/nessus/nessus.ts'
import { neuvectorCompliance } from './importers/neuvector-compliance/neuvector-compliance.ts'
import { neuvector } from './importers/neuvector/neuvector.ts'
import { nexpose } from './importers/nexpose/nexpose.ts'
import { nmap } from './importers/nmap/nmap.ts'
import { npmAudit } from './importers/npm-audit/npm-audit.ts'
import { nuclei } from './importers/nuclei/nuclei.ts'
import { ocsf } from './importers/ocsf/ocsf.ts'
import { openreports } from './importers/openreports/openreports.ts'
import { openvas } from './importers/openvas/openvas.ts'
import { openvex } from './importers/openvex/openvex.ts'
import { orcaSecurity } from './importers/orca-security/orca-security.ts'
import { ossfScorecard } from './importers/ossf-scorecard/ossf-scorecard.ts'
import { ossindexDevaudit } from './importers/ossindex-devaudit/ossindex-devaudit.ts'
import { osvScanner } from './importers/osv-scanner/osv-scanner.ts'
import { outpost24 } from './importers/outpost24/outpost24.ts'
import { phpSymfonySecurityCheck } from './importers/php-symfony-security-check/php-symfony-security-check.ts'
import { pingcastle } from './importers/pingcastle/pingcastle.ts'
import { pipAudit } from './importers/pip-audit/pip-audit.ts'
import { polaris } from './importers/polaris/polaris.ts'
import { popeye } from './importers/popeye/popeye.ts'
import { prismaCloud } from './importers/prisma-cloud/prisma-cloud.ts'
import { prowler } from './importers/prowler/prowler.ts'
import { qualys } from './importers/qualys/qualys.ts'
import { redHatSatellite } from './importers/red-hat-satellite/red-hat-satellite.ts'
import { retirejs } from './importers/retirejs/retirejs.ts'
import { riskRecon } from './importers/risk-recon/risk-recon.ts'
import { rkhunter } from './importers/rkhunter/rkhunter.ts'
import { sarif } from './importers/sarif/sarif.ts'
import { scoutsuite } from './importers/scoutsuite/scoutsuite.ts'
import { scubagear } from './importers/scubagear/scubagear.ts'
import { secureScoreCsv } from './importers/secure-score-csv/secure-score-csv.ts'
import { semgrep } from './importers/semgrep/semgrep.ts'
import { snyk } from './importers/snyk/snyk.ts'
import { sonatype } from './importers/sonatype/sonatype.ts'
import { spdx } from './importers/spdx/spdx.ts'
import { sshAudit } from './importers/ssh-audit/ssh-audit.ts'
import { sslLabs } from './importers/ssl-labs/ssl-labs.ts'
import { sslyze } from './importers/sslyze/sslyze.ts'
import { stigChecklist } from './importers/stig-checklist/stig-checklist.ts'
import { sysdig } from './importers/sysdig/sysdig.ts'
import { terrascan } from './importers/terrascan/terrascan.ts'
import { testssl } from './importers/testssl/testssl.ts'
import { tfsec } from './importers/tfsec/tfsec.ts'
import { trivyOperator } from './importers/trivy-operator/trivy-operator.ts'
import { trivy } from './importers/trivy/trivy.ts'
import { veracodeSca } from './importers/veracode-sca/veracode-sca.ts'
import { wazuh } from './importers/wazuh/wazuh.ts'
import { wiz } from './importers/wiz/wiz.ts'
import { xccdf } from './importers/xccdf/xccdf.ts'
import { xeol } from './importers/xeol/xeol.ts'
import { yarnAudit } from './importers/yarn-audit/yarn-audit.ts'
import { zeroTrustAssessment } from './importers/zero-trust-assessment/zero-trust-assessment.ts'
import { zora } from './importers/zora/zora.ts'
import { cveRecords } from './feeds/cve-records/cve-records.ts'
import { endOfLife } from './feeds/end-of-life/end-of-life.ts'
import { epss } from './feeds/epss/epss.ts'
import { exploitDb } from './feeds/exploit-db/exploit-db.ts'
import { kev } from './feeds/kev/kev.ts'
import { metasploit } from './feeds/metasploit/metasploit.ts'
import { nvd } from './feeds/nvd/nvd.ts'
import { osv } from './feeds/osv/osv.ts'
import { poc } from './feeds/poc/poc.ts'

/** Every report format, one line each. */
export const importers: readonly Importer[] = [
  alertlogic,
  anchorePolicies,
  anchoreVulnerabilities,
  aqua,
  asff,
  assetCsv,
  awsInspector2,
  blackduck,
  cargoAudit,
  cfnNag,
  checkmarxOsa,
  checkov,
  clair,
  clamav,
  cloudflareInsights,
  cloudsploit,
  conftest,
  csaf,
  cyclonedx,
  cycognito,
  deepfenceThreatmapper,
  defenderForCloud,
  defenderVulnerabilities,
  dependencyCheck,
  dependencyTrack,
  dockerBench,
  dockle,
  gcloudArtifactScan,
  githubCodeScanning,
  githubDependabot,
  gitlab,
  govulncheck,
  graphSecureScore,
  grype,
  hadolint,
  harbor,
  inspec,
  jfrogXray,
  kics,
  kubeaudit,
  kubeBench,
  kubeHunter,
  kubeLinter,
  kubescape,
  legitify,
  lynis,
  maester,
  masscan,
  mend,
  meterian,
  mozillaObservatory,
  naabu,
  nessus,
  neuvector,
  neuvectorCompliance,
  nexpose,
  nmap,
  npmAudit,
  nuclei,
  ocsf,
  openreports,
  openvas,
  openvex,
  orcaSecurity,
  ossfScorecard,
  ossindexDevaudit,
  osvScanner,
  outpost24,
  phpSymfonySecurityCheck,
  pingcastle,
  pipAudit,
  polaris,
  popeye,
  prismaCloud,
  prowler,
  qualys,
  redHatSatellite,
  retirejs,
  riskRecon,
  rkhunter,
  sarif,
  scoutsuite,
  scubagear,
  secureScoreCsv,
  semgrep,
  snyk,
  sonatype,
  spdx,
  sshAudit,
  sslLabs,
  sslyze,
  stigChecklist,
  sysdig,
  terrascan,
  testssl,
  tfsec,
  trivy,
  trivyOperator,
  veracodeSca,
  wazuh,
  wiz,
  xccdf,
  xeol,
  yarnAudit,
  zeroTrustAssessment,
  zora,
]

/** Every feed of public intelligence, one line each. */
export const feeds: readonly Feed[] = [cveRecords, endOfLife, epss, exploitDb, kev, metasploit, nvd, osv, poc]
