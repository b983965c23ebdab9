using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Slsa;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Attesting;

/// <summary>Finds where attestations go, what is there already, and stores what is missing. It keeps no state: the registry is the record.</summary>
internal sealed class AttestationPublisher(IRegistryClient registries, ISigner signer)
{
    /// <summary>Finds the repository of every subject and an attestation of the same statement that is stored there.</summary>
    public async Task<IReadOnlyList<SubjectPlacement>> PlaceAsync(
        CompletedRun run,
        IReadOnlyList<ResourceDescriptor> subjects,
        AttestationDestination destination,
        byte[] statement,
        CancellationToken cancellationToken)
    {
        var placements = new List<SubjectPlacement>(subjects.Count);
        foreach (var subject in subjects)
        {
            placements.Add(await PlaceAsync(run, subject, destination, statement, cancellationToken).ConfigureAwait(false));
        }

        return placements;
    }

    /// <summary>Stores the bundle where it is not stored yet.</summary>
    public async Task<AttestedSubject> PublishAsync(
        SubjectPlacement placement,
        byte[] bundle,
        Digest statement,
        DateTimeOffset? created,
        CancellationToken cancellationToken)
    {
        var attested = new AttestedSubject { Name = placement.Name, Digest = placement.Digest };
        if (placement.Repository is not { } reference)
        {
            return attested;
        }

        if (placement.Earlier is { } earlier)
        {
            return attested with { Attestation = reference.At(earlier.Manifest) };
        }

        var repository = registries.Repository(reference);
        var layer = Descriptor.Of(Bundle.MediaTypeV03, bundle);
        await repository.PushBlobAsync(Descriptor.Empty, "{}"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        await repository.PushBlobAsync(layer, bundle, cancellationToken).ConfigureAwait(false);
        byte[] manifest = AttestationManifest.Write(placement.Subject!, layer, ProvenancePredicate.Type, statement, created);
        var stored = await repository.PushManifestAsync(MediaTypes.Manifest, manifest, tag: null, cancellationToken).ConfigureAwait(false);
        return attested with { Attestation = reference.At(stored.Digest) };
    }

    private async Task<SubjectPlacement> PlaceAsync(
        CompletedRun run,
        ResourceDescriptor subject,
        AttestationDestination destination,
        byte[] statement,
        CancellationToken cancellationToken)
    {
        var placement = new SubjectPlacement { Name = subject.Name!, Digest = subject.Digest!.ContentDigest! };
        if (destination.For(subject) is not { } reference)
        {
            return placement with
            {
                Problem = new(RunProblemCodes.NoDestination, $"{run.Identity}: {placement.Name} is no image, and no repository is configured for the attestations of such artifacts. Name one with --repository."),
            };
        }

        var repository = registries.Repository(reference);
        var found = await repository.ResolveAsync(placement.Digest.ToString(), cancellationToken).ConfigureAwait(false);
        if (found is null && destination.BesideImages && IsImageIn(placement.Name, reference))
        {
            return placement with
            {
                Problem = new(RunProblemCodes.SubjectNotFound, $"{run.Identity}: {placement.Name}@{placement.Digest} is not in its registry. Push the image before its run ends, or name a repository for attestations with --repository."),
            };
        }

        return placement with
        {
            Repository = reference,
            Subject = found ?? new Descriptor { MediaType = MediaTypes.OctetStream, Digest = placement.Digest, Size = 0 },
            Earlier = await FindEarlierAsync(repository, placement.Digest, statement, cancellationToken).ConfigureAwait(false),
        };
    }

    private static bool IsImageIn(string name, Reference reference) => name == reference.Name;

    /// <summary>An annotation is a stranger's word: only a bundle whose payload is this statement and that our own key signed counts.</summary>
    private async Task<SubjectPlacement.EarlierAttestation?> FindEarlierAsync(IRepository repository, Digest subject, byte[] statement, CancellationToken cancellationToken)
    {
        string hex = Digest.Of(statement).Hex;
        foreach (var referrer in await repository.FetchReferrersAsync(subject, cancellationToken).ConfigureAwait(false))
        {
            if (referrer.Annotations?.GetValueOrDefault(AttestationManifest.StatementAnnotation) != hex)
            {
                continue;
            }

            if (await FetchBundleAsync(repository, referrer.Digest, cancellationToken).ConfigureAwait(false) is { } bundle && IsOurs(bundle, statement))
            {
                return new(referrer.Digest, bundle);
            }
        }

        return null;
    }

    private static async Task<byte[]?> FetchBundleAsync(IRepository repository, Digest manifest, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.FetchManifestAsync(manifest, cancellationToken).ConfigureAwait(false) is { } fetched && BundleManifest.FindBundle(fetched.Content) is { } layer
                ? await repository.FetchBlobAsync(layer, Bundle.MaximumSize, cancellationToken).ConfigureAwait(false)
                : null;
        }
        catch (RegistryException e) when (e.Code is "LIMIT")
        {
            // Nothing that we wrote is so large, and what a stranger put there must not keep a run from being attested.
            return null;
        }
    }

    private bool IsOurs(byte[] bytes, byte[] statement)
    {
        try
        {
            var envelope = Bundle.Parse(bytes).Envelope;
            return envelope.Payload.Span.SequenceEqual(statement) && signer.PublicKey.Verify(envelope.ToSignedBytes(), envelope.Signatures[0].Value.Span);
        }
        catch (EvidenceException)
        {
            return false;
        }
    }
}
