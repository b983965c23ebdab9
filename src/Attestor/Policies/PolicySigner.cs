using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>A signer as a policy declares it: the key under its name, and what it may sign.</summary>
internal sealed record PolicySigner(YamlNode Node, TrustedSigner Signer, IReadOnlyList<string> Uses);
