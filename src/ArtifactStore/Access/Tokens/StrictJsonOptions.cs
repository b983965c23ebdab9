using System.Text.Json;

namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>How JSON from outside is read here: no duplicate names, no comments, little nesting.</summary>
internal static class StrictJsonOptions
{
    /// <summary>For documents.</summary>
    public static readonly JsonDocumentOptions Documents = new() { AllowDuplicateProperties = false, MaxDepth = 16 };
}
