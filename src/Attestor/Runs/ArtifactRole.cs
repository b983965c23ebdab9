namespace Provenance.Attestor.Runs;

/// <summary>What a recorded artifact was to its run.</summary>
public enum ArtifactRole
{
    /// <summary>The run read it.</summary>
    Input,

    /// <summary>The run made it on the way.</summary>
    Output,

    /// <summary>The run was there to make it: a subject of the attestation.</summary>
    Subject,
}
