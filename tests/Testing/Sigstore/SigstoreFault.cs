using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Provenance.Testing.Sigstore;

/// <summary>An answer that is no answer of the service.</summary>
public sealed class SigstoreFault
{
    private SigstoreFault(RequestDelegate answer) => Answer = answer;

    /// <summary>JSON that ends in the middle of a value.</summary>
    public static SigstoreFault Malformed { get; } = new(static context =>
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync("{\"signedCertificateEmbeddedSct\":{\"chain\":");
    });

    /// <summary>An answer of 64 MiB.</summary>
    public static SigstoreFault Oversized { get; } = new(static async context =>
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentType = "application/json";
        byte[] blanks = new byte[1 << 20];
        blanks.AsSpan().Fill((byte)' ');
        for (int i = 0; i < 64; i++)
        {
            await context.Response.Body.WriteAsync(blanks, context.RequestAborted);
        }
    });

    /// <summary>No answer until the client gives up.</summary>
    public static SigstoreFault Hanging { get; } = new(static context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted));

    /// <summary>The beginning of an answer whose rest never comes.</summary>
    public static SigstoreFault HangingInTheMiddle { get; } = new(static async context =>
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("{", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
    });

    /// <summary>The request is carried out, but the connection breaks before the answer.</summary>
    public static SigstoreFault Lost { get; } = new(static context =>
    {
        context.Abort();
        return Task.CompletedTask;
    })
    { AfterTheFact = true };

    /// <summary>Answers in the service's place.</summary>
    internal RequestDelegate Answer { get; }

    /// <summary>Whether the service carries out the request first.</summary>
    internal bool AfterTheFact { get; private init; }

    /// <summary>A redirection that keeps the method and the body, to wherever somebody wants a token to go.</summary>
    public static SigstoreFault Redirect(Uri target) => new(context =>
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = target.AbsoluteUri;
        return Task.CompletedTask;
    });

    /// <summary>An error of a proxy or an overloaded service.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="retryAfter">The header <c>Retry-After</c>, in whole seconds.</param>
    public static SigstoreFault Status(int status, TimeSpan? retryAfter = null) => new(context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        if (retryAfter is { } time)
        {
            context.Response.Headers.RetryAfter = ((int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return context.Response.WriteAsync($"out of order ({status})");
    });
}
