using Provenance.ArtifactStore.Access;

namespace Provenance.ArtifactStore.Serving;

/// <summary>What a request asks to do to what.</summary>
/// <param name="Action">What it does.</param>
/// <param name="Resource">What it does it to.</param>
internal readonly record struct AccessRequest(AccessAction Action, AccessResource Resource);
