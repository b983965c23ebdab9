using System.Text.Json;
using Provenance.Watcher.Kubernetes.Requests;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>Reads the pages of a list, smaller ones where a page is too large.</summary>
internal sealed class PageReader(ApiTransport transport, FollowOptions options)
{
    private int pageSize = options.PageSize;
    private int pageBytes = 256 * 1024;

    /// <summary>Reads the first page, or the one after a page.</summary>
    /// <param name="served">What is listed.</param>
    /// <param name="limit">How many objects the page has at most; null for as many as the options say.</param>
    /// <param name="token">How the page of before goes on; null for the first.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="KubernetesApiException">There was no answer, or no list.</exception>
    public async Task<ListedPage> ReadAsync(ServedResource served, int? limit, string? token, CancellationToken cancellationToken)
    {
        while (true)
        {
            var request = FollowRequests.List(served, limit ?? pageSize, token);
            using var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var bytes = new PooledBytes(limit is null ? pageBytes : 16 * 1024, options.MaximumPage);
            var page = new ListedPage(bytes);
            try
            {
                if (await ApiBody.ReadAsync(request, response, bytes, transport.Time, cancellationToken).ConfigureAwait(false))
                {
                    Parse(request, page, token);
                    pageBytes = Math.Max(pageBytes, bytes.Content.Length);
                    return page;
                }
            }
            catch
            {
                page.Dispose();
                throw;
            }

            page.Dispose();
            pageSize = pageSize > 1 && limit is null ? Math.Max(1, pageSize / 4) : throw ApiFailure.Malformed(request, $"one object has more than {options.MaximumPage} bytes");
        }
    }

    private static void Parse(ApiRequest request, ListedPage page, string? token)
    {
        try
        {
            page.Parsed.Parse(page.Bytes.Span);
        }
        catch (JsonException)
        {
            throw ApiFailure.Malformed(request, "the answer is no list");
        }

        if (page.Parsed.Continue is { } next && next == token)
        {
            throw ApiFailure.Malformed(request, "the list does not go on");
        }
    }
}
