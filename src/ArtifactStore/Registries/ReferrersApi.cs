using System.Net;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Registries;

/// <summary>The referrers API of a registry (distribution-spec 1.1, "Listing Referrers").</summary>
internal sealed class ReferrersApi(RegistryTransport transport, ManifestClient manifests, string repository)
{
    private const int MaximumPages = 100;

    /// <summary>
    /// At most <paramref name="maximum"/> referrers of a digest, of one artifact type where one is given; null where the registry does
    /// not have this API, which is noted unless it only says that it does not know the repository.
    /// </summary>
    public async Task<IReadOnlyList<Descriptor>?> ListAsync(Digest subject, string? artifactType, int maximum, CancellationToken cancellationToken)
    {
        List<Descriptor> referrers = [];
        HashSet<Uri> seen = [];
        string filter = artifactType is null ? "" : $"?artifactType={Uri.EscapeDataString(artifactType)}";
        for (var address = manifests.AddressOf($"referrers/{subject}{filter}"); address is not null && referrers.Count < maximum;)
        {
            if (seen.Count >= MaximumPages || !seen.Add(address))
            {
                throw manifests.Host.Fault(
                    seen.Count >= MaximumPages ? "LIMIT" : "INVALID_RESPONSE",
                    $"Cannot list referrers of {subject} in {manifests.Name}: the pages of the answer do not end.");
            }

            var response = await FetchPageAsync(address, subject, cancellationToken).ConfigureAwait(false);
            if (response.Status == HttpStatusCode.NotFound || !IsIndex(response))
            {
                return seen.Count == 1 ? Absent(response) : throw response.Refused();
            }

            // A registry need not filter.
            referrers.AddRange(Read(response).Where(referrer => artifactType is null || referrer.ArtifactType == artifactType));
            address = NextPage(response);
        }

        return referrers.Count > maximum ? referrers[..maximum] : referrers;
    }

    private IReadOnlyList<Descriptor>? Absent(RegistryResponse response)
    {
        if (!response.HasErrorCode("NAME_UNKNOWN", "MANIFEST_UNKNOWN"))
        {
            transport.Memory.NoteReferrersApiAbsent(repository);
        }

        return null;
    }

    // Some registries without the API answer 200 with a page for people.
    private static bool IsIndex(RegistryResponse response) => response.ContentType == MediaTypes.Index;

    private IEnumerable<Descriptor> Read(RegistryResponse response)
    {
        try
        {
            return ReferrerIndex.Parse(response.Content).Entries;
        }
        catch (ManifestFormatException exception)
        {
            throw manifests.Host.Fault("INVALID_RESPONSE", $"Cannot {response.Request.Purpose}: "
                + $"{exception.Message}.", isTransient: false, exception);
        }
    }

    private async Task<RegistryResponse> FetchPageAsync(Uri address, Digest subject, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(
            new RegistryRequest
            {
                Method = HttpMethod.Get,
                Address = address,
                Repository = repository,
                Purpose = $"list referrers of {subject} in {manifests.Name}",
                Accept = [MediaTypes.Index],
            },
            cancellationToken).ConfigureAwait(false);
        return response.Expect(HttpStatusCode.OK, HttpStatusCode.NotFound);
    }

    /// <summary>The <c>rel="next"</c> of RFC 8288; only the registry itself may be named.</summary>
    private Uri? NextPage(RegistryResponse response)
    {
        foreach (string link in response.Links)
        {
            int end = link.IndexOf('>', StringComparison.Ordinal);
            if (!link.StartsWith('<') || end < 0 || !link[end..].Contains("rel=\"next\"", StringComparison.Ordinal))
            {
                continue;
            }

            if (Uri.TryCreate(response.Request.Address, link[1..end], out var next) && transport.Host.Owns(next))
            {
                return next;
            }

            throw manifests.Host.Fault("INVALID_RESPONSE", $"Cannot {response.Request.Purpose}: the next page is at another host.");
        }

        return null;
    }
}
