namespace Provenance.Attestor.Runs;

/// <summary>Stable codes of everything that can be reported about a run.</summary>
public static class RunProblemCodes
{
    /// <summary>A recorded artifact has no usable digest.</summary>
    public const string ArtifactDigest = "ARTIFACT_DIGEST";

    /// <summary>A recorded artifact has no usable URI.</summary>
    public const string ArtifactUri = "ARTIFACT_URI";

    /// <summary>An artifact record is not of the form that the platform documents.</summary>
    public const string ArtifactRecord = "ARTIFACT_RECORD";

    /// <summary>A subject has only digests too weak to stand for it.</summary>
    public const string SubjectWeakDigest = "SUBJECT_WEAK_DIGEST";

    /// <summary>The definition's digest is not one.</summary>
    public const string DefinitionDigest = "DEFINITION_DIGEST";

    /// <summary>A step's image has no digest, or only a local one.</summary>
    public const string StepImage = "STEP_IMAGE";

    /// <summary>A child of the run was not found.</summary>
    public const string ChildMissing = "CHILD_MISSING";

    /// <summary>A child names the run as its owner and cannot belong to it.</summary>
    public const string ChildForeign = "CHILD_FOREIGN";

    /// <summary>An input is named without a digest, so that it is a claim and no dependency.</summary>
    public const string InputUnpinned = "INPUT_UNPINNED";

    /// <summary>A child of the run is of a kind that records no artifacts.</summary>
    public const string ChildKind = "CHILD_KIND";

    /// <summary>Parts of the run's own account are not at hand, so that what it recorded is not known.</summary>
    public const string EvidenceIncomplete = "EVIDENCE_INCOMPLETE";

    /// <summary>The run recorded no artifact that it was there to make.</summary>
    public const string NoSubject = "NO_SUBJECT";

    /// <summary>The run has more subjects than a statement may have.</summary>
    public const string TooManySubjects = "TOO_MANY_SUBJECTS";

    /// <summary>A result looks like a type hint, and hints are not read.</summary>
    public const string HintIgnored = "HINT_IGNORED";

    /// <summary>Subjects were taken from the names of results, as the migration option asks; the names prove nothing.</summary>
    public const string TypeHintsUsed = "TYPE_HINTS_USED";

    /// <summary>The run is not over.</summary>
    public const string NotDone = "NOT_DONE";

    /// <summary>The run did not succeed.</summary>
    public const string NotSucceeded = "NOT_SUCCEEDED";

    /// <summary>The run has no UID and cannot be told from another of its name.</summary>
    public const string NoIdentity = "NO_IDENTITY";

    /// <summary>The document is of no kind that is known here.</summary>
    public const string UnknownKind = "UNKNOWN_KIND";

    /// <summary>The document cannot be read.</summary>
    public const string Unreadable = "UNREADABLE";

    /// <summary>There is no repository for the attestation of an artifact that is no image.</summary>
    public const string NoDestination = "NO_DESTINATION";

    /// <summary>The image is not in its registry.</summary>
    public const string SubjectNotFound = "SUBJECT_NOT_FOUND";

    /// <summary>What claims to be the attestation that is looked for cannot be read, and was passed over.</summary>
    public const string ReferrerUnreadable = "REFERRER_UNREADABLE";

    /// <summary>Something unforeseen went wrong with this run; the others go on.</summary>
    public const string Unexpected = "UNEXPECTED";

    /// <summary>The attestation could not be published.</summary>
    public const string PublishFailed = "PUBLISH_FAILED";

    /// <summary>The statement could not be signed.</summary>
    public const string SigningFailed = "SIGNING_FAILED";

    /// <summary>The run is attested, but its object could not be marked.</summary>
    public const string MarkFailed = "MARK_FAILED";
}
