using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Attesting;

/// <summary>
/// The steps of storing an attestation: find where it goes and what is there already, then store what is missing. It keeps no state: the
/// registry is the record, and every step may be repeated.
/// </summary>
/// <remarks>Every method throws <see cref="RegistryException"/> when a registry refuses or is away.</remarks>
public sealed class AttestationPublisher(IRegistryClient registries, IBundleSigner signer)
{
    /// <summary>How many manifests that claim to be the attestation are read.</summary>
    public const int MaximumClaims = 100;

    private static readonly byte[] EmptyConfiguration = "{}"u8.ToArray();

    /// <summary>Finds the repository of every subject and, where asked, an attestation of the same statement that is stored there.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="destination">Where attestations go.</param>
    /// <param name="lookForEarlier">False only where it is certain that nobody has published this statement before.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyList<SubjectPlacement>> PlaceAsync(FrozenStatement statement, AttestationDestination destination, bool lookForEarlier, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(destination);
        var placements = new List<SubjectPlacement>(statement.Subjects.Count);
        foreach (var subject in statement.Subjects)
        {
            placements.Add(await PlaceAsync(statement, subject, destination, lookForEarlier, cancellationToken).ConfigureAwait(false));
        }

        return placements;
    }

    /// <summary>Stores the bundle with a subject unless it is stored there. The same bundle always gives the same manifest.</summary>
    public async Task<AttestedSubject> PublishAsync(FrozenStatement statement, SubjectPlacement placement, ReadOnlyMemory<byte> bundle, CancellationToken cancellationToken)
    {
        await StoreAsync(placement, bundle, cancellationToken).ConfigureAwait(false);
        return await ReferAsync(statement, placement, bundle, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores the bundle where its subject is, unless it is there or has no place; nothing refers to it yet.</summary>
    public async Task StoreAsync(SubjectPlacement placement, ReadOnlyMemory<byte> bundle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(placement);
        if (placement is { Repository: { } reference, Earlier: null })
        {
            var repository = registries.Repository(reference);
            await repository.PushBlobAsync(Descriptor.Empty, EmptyConfiguration, cancellationToken).ConfigureAwait(false);
            await repository.PushBlobAsync(Descriptor.Of(Bundle.MediaTypeV03, bundle.Span), bundle, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a stored bundle the attestation of its subject, unless it has one. The same bundle always gives the same manifest.</summary>
    public async Task<AttestedSubject> ReferAsync(FrozenStatement statement, SubjectPlacement placement, ReadOnlyMemory<byte> bundle, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(placement);
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
        var layer = Descriptor.Of(Bundle.MediaTypeV03, bundle.Span);
        byte[] manifest = AttestationManifest.Write(placement.Subject!, layer, ProvenancePredicate.Type, statement.Digest, statement.FinishedOn);
        var stored = await repository.PushManifestAsync(MediaTypes.Manifest, manifest, tag: null, cancellationToken).ConfigureAwait(false);
        return attested with { Attestation = reference.At(stored.Digest) };
    }

    private async Task<SubjectPlacement> PlaceAsync(
        FrozenStatement statement,
        ResourceDescriptor subject,
        AttestationDestination destination,
        bool lookForEarlier,
        CancellationToken cancellationToken)
    {
        var placement = new SubjectPlacement { Name = subject.Name!, Digest = subject.Digest!.ContentDigest! };
        if (destination.For(subject) is not { } reference)
        {
            return placement with
            {
                Problem = new(RunProblemCodes.NoDestination, $"{statement.Run}: {placement.Name} is no image in a registry where attestations may be stored, and no repository is configured for the others. Name one with --repository."),
            };
        }

        var repository = registries.Repository(reference);
        bool isBesideImage = destination.BesideImages && IsImageIn(placement.Name, reference);

        // A repository for attestations alone holds no subjects: asking for them there would cost a request and find nothing.
        var found = isBesideImage || reference != destination.Repository
            ? await repository.ResolveAsync(placement.Digest.ToString(), cancellationToken).ConfigureAwait(false)
            : null;
        if (found is null && isBesideImage)
        {
            return placement with
            {
                Problem = new(RunProblemCodes.SubjectNotFound, $"{statement.Run}: {placement.Name}@{placement.Digest} is not in its registry. Push the image before its run ends, or name a repository for attestations with --repository."),
            };
        }

        placement = placement with
        {
            Repository = reference,
            Subject = found ?? new Descriptor { MediaType = MediaTypes.OctetStream, Digest = placement.Digest, Size = 0 },
        };
        return lookForEarlier ? await FindEarlierAsync(placement, repository, statement, cancellationToken).ConfigureAwait(false) : placement;
    }

    private static bool IsImageIn(string name, Reference reference) => name == reference.Name;

    /// <summary>
    /// An annotation is a stranger's word: only a bundle whose payload is this statement and that we ourselves signed counts. Whoever may push
    /// beside the subject may have put anything there, which must not keep a run from being attested.
    /// </summary>
    private async Task<SubjectPlacement> FindEarlierAsync(SubjectPlacement placement, IRepository repository, FrozenStatement statement, CancellationToken cancellationToken)
    {
        string hex = statement.Digest.Hex;
        var referrers = await repository.FindReferrersAsync(placement.Digest, Bundle.MediaTypeV03, cancellationToken).ConfigureAwait(false);
        var claims = referrers.Where(r => r.Annotations?.GetValueOrDefault(AttestationManifest.StatementAnnotation) == hex).Select(static r => r.Digest).Distinct().ToList();
        var passedOver = claims.Skip(MaximumClaims).Select(static digest => (digest, Reason: "there are too many of them")).ToList();
        RegistryException? away = null;
        foreach (var claim in claims.Take(MaximumClaims))
        {
            try
            {
                if (await FetchBundleAsync(repository, claim, cancellationToken).ConfigureAwait(false) is { } bundle
                    && await IsOursAsync(bundle, statement.Bytes, cancellationToken).ConfigureAwait(false))
                {
                    return placement with { Earlier = new(claim, bundle) };
                }
            }
            catch (RegistryException e) when (e.IsTransient && away is null)
            {
                // It may be this one that the registry never gives, and ours may be behind it.
                away = e;
            }
            catch (RegistryException e) when (!e.IsTransient)
            {
                passedOver.Insert(0, (claim, $"{e.Code}: {e.Message}"));
            }
        }

        return away is not null
            ? throw away
            : placement with { PassedOver = passedOver.Count is 0 ? null : Unreadable(statement, placement, repository, passedOver) };
    }

    private static RunProblem Unreadable(FrozenStatement statement, SubjectPlacement placement, IRepository repository, List<(Digest Digest, string Reason)> passedOver) => new(
        RunProblemCodes.ReferrerUnreadable,
        $"{statement.Run}: {passedOver.Count} of the manifests that refer to {placement.Digest} in {repository.Name} claim to be this attestation and cannot be read, such as {passedOver[0].Digest} ({passedOver[0].Reason}). They were passed over. Find out who put them there, and delete them.");

    private static async Task<byte[]?> FetchBundleAsync(IRepository repository, Digest manifest, CancellationToken cancellationToken) =>
        await repository.FetchManifestAsync(manifest, cancellationToken).ConfigureAwait(false) is { } fetched && BundleManifest.FindBundle(fetched.Content) is { } layer
            ? await repository.FetchBlobAsync(layer, Bundle.MaximumSize, cancellationToken).ConfigureAwait(false)
            : null;

    private async ValueTask<bool> IsOursAsync(byte[] bytes, ReadOnlyMemory<byte> statement, CancellationToken cancellationToken)
    {
        try
        {
            var bundle = Bundle.Parse(bytes);
            return bundle.Envelope.Payload.Span.SequenceEqual(statement.Span) && await signer.HasMadeAsync(bundle, cancellationToken).ConfigureAwait(false);
        }
        catch (EvidenceException)
        {
            return false;
        }
    }
}
