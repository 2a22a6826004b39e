//! The vocabularies: section 10. Open ones may be left, closed ones (enumerations) may not.

use super::Words;

pub(super) const ACCOUNT_TYPE: Words = Words(
    "facebook ldap nis openid radius skype tacacs twitter unix windows-local \
     windows-domain",
);
pub(super) const ATTACK_MOTIVATION: Words = Words(
    "accidental coercion dominance ideology notoriety organizational-gain personal-gain \
     personal-satisfaction revenge unpredictable",
);
pub(super) const ATTACK_RESOURCE_LEVEL: Words =
    Words("individual club contest team organization government");
pub(super) const ENCRYPTION_ALGORITHM: Words =
    Words("AES-256-GCM ChaCha20-Poly1305 mime-type-indicated");
pub(super) const EXTENSION_TYPE: Words =
    Words("new-sdo new-sco new-sro property-extension toplevel-property-extension");
pub(super) const GROUPING_CONTEXT: Words =
    Words("suspicious-activity malware-analysis unspecified");
pub(in super::super) const HASHING_ALGORITHM: Words =
    Words("MD5 SHA-1 SHA-256 SHA-512 SHA3-256 SHA3-512 SSDEEP TLSH");
pub(super) const IDENTITY_CLASS: Words =
    Words("individual group system organization class unknown");
pub(super) const IMPLEMENTATION_LANGUAGE: Words = Words(
    "applescript bash c c++ c# go java javascript lua objective-c perl php powershell \
     python ruby scala swift typescript visual-basic x86-32 x86-64",
);
pub(super) const INDICATOR_TYPE: Words = Words(
    "anomalous-activity anonymization benign compromised malicious-activity attribution \
     unknown",
);
pub(super) const INDUSTRY_SECTOR: Words = Words(
    "agriculture aerospace automotive chemical commercial communications construction \
     defense education energy entertainment financial-services government \
     emergency-services government-national government-regional government-local \
     government-public-services healthcare hospitality-leisure infrastructure dams \
     nuclear water insurance manufacturing mining non-profit pharmaceuticals retail \
     technology telecommunications transportation utilities",
);
pub(super) const INFRASTRUCTURE_TYPE: Words = Words(
    "amplification anonymization botnet command-and-control control-system exfiltration \
     firewall hosting-malware hosting-target-lists phishing reconnaissance \
     routers-switches staging workstation unknown",
);
pub(super) const MALWARE_CAPABILITIES: Words = Words(
    "accesses-remote-machines anti-debugging anti-disassembly anti-emulation \
     anti-memory-forensics anti-sandbox anti-vm captures-input-peripherals \
     captures-output-peripherals captures-system-state-data cleans-traces-of-infection \
     commits-fraud communicates-with-c2 compromises-data-availability \
     compromises-data-integrity compromises-system-availability controls-local-machine \
     degrades-security-software degrades-system-updates determines-c2-server emails-spam \
     escalates-privileges evades-av exfiltrates-data fingerprints-host hides-artifacts \
     hides-executing-code infects-files infects-remote-machines installs-other-components \
     persists-after-system-reboot prevents-artifact-access prevents-artifact-deletion \
     probes-network-environment self-modifies steals-authentication-credentials \
     violates-system-operational-integrity",
);
pub(super) const MALWARE_RESULT: Words = Words("malicious suspicious benign unknown");
pub(super) const MALWARE_TYPE: Words = Words(
    "adware backdoor bot bootkit ddos downloader dropper exploit-kit keylogger ransomware \
     remote-access-trojan resource-exploitation rogue-security-software rootkit \
     screen-capture spyware trojan unknown virus webshell wiper worm",
);
pub(super) const SOCKET_FAMILY: Words =
    Words("AF_UNSPEC AF_INET AF_IPX AF_APPLETALK AF_NETBIOS AF_INET6 AF_IRDA AF_BTH");
pub(super) const SOCKET_TYPE: Words =
    Words("SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET");
pub(super) const OPINION: Words = Words("strongly-disagree disagree neutral agree strongly-agree");
pub(super) const PATTERN_TYPE: Words = Words("stix pcre sigma snort suricata yara");
pub(super) const PROCESSOR_ARCHITECTURE: Words =
    Words("alpha arm ia-64 mips powerpc sparc x86 x86-64");
pub(super) const REGION: Words = Words(
    "africa eastern-africa middle-africa northern-africa southern-africa western-africa \
     americas latin-america-caribbean south-america caribbean central-america \
     northern-america asia central-asia eastern-asia southern-asia south-eastern-asia \
     western-asia europe eastern-europe northern-europe southern-europe western-europe \
     oceania antarctica australia-new-zealand melanesia micronesia polynesia",
);
pub(super) const REPORT_TYPE: Words = Words(
    "attack-pattern campaign identity indicator intrusion-set malware observed-data \
     threat-actor threat-report tool vulnerability",
);
pub(super) const THREAT_ACTOR_ROLE: Words = Words(
    "agent director independent infrastructure-architect infrastructure-operator \
     malware-author sponsor",
);
pub(super) const THREAT_ACTOR_SOPHISTICATION: Words =
    Words("none minimal intermediate advanced expert innovator strategic");
pub(super) const THREAT_ACTOR_TYPE: Words = Words(
    "activist competitor crime-syndicate criminal hacker insider-accidental \
     insider-disgruntled nation-state sensationalist spy terrorist unknown",
);
pub(super) const TOOL_TYPE: Words = Words(
    "denial-of-service exploitation information-gathering network-capture \
     credential-exploitation remote-access vulnerability-scanning unknown",
);
pub(super) const WINDOWS_INTEGRITY: Words = Words("low medium high system");
pub(super) const WINDOWS_BINARY: Words = Words("dll exe sys");
pub(super) const WINDOWS_SERVICE_START: Words = Words(
    "SERVICE_AUTO_START SERVICE_BOOT_START SERVICE_DEMAND_START SERVICE_DISABLED \
     SERVICE_SYSTEM_ALERT",
);
pub(super) const WINDOWS_SERVICE_STATUS: Words = Words(
    "SERVICE_CONTINUE_PENDING SERVICE_PAUSE_PENDING SERVICE_PAUSED SERVICE_RUNNING \
     SERVICE_START_PENDING SERVICE_STOP_PENDING SERVICE_STOPPED",
);
pub(super) const WINDOWS_SERVICE_TYPE: Words = Words(
    "SERVICE_KERNEL_DRIVER SERVICE_FILE_SYSTEM_DRIVER SERVICE_WIN32_OWN_PROCESS \
     SERVICE_WIN32_SHARE_PROCESS",
);
