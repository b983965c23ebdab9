using Microsoft.AspNetCore.Http;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;

namespace Provenance.Attestor.Tests.SigningServices;

/// <summary>Connections to scripted services.</summary>
internal static class Connections
{
    public static HttpClient Http { get; } = ServiceClient.Create();

    public static ServiceConnection New(TimeProvider? time = null, ServiceOptions? options = null) => new(Http, time ?? new RetryTime(), options ?? new ServiceOptions());

    public static ServiceRequest Request(string authority, string? bearer = null, int maximumSize = 1000) => new()
    {
        Service = "certificate authority",
        Method = HttpMethod.Post,
        Uri = new Uri($"http://{authority}/api"),
        Body = "{}"u8.ToArray(),
        ContentType = "application/json",
        Accept = "application/json",
        Bearer = bearer,
        MaximumSize = maximumSize,
    };

    public static async Task<SigningServiceException> FaultAsync(ServiceRequest request, TimeProvider? time = null, ServiceOptions? options = null) =>
        (await FluentActions.Awaiting(() => New(time, options).SendAsync(request, CancellationToken.None)).Should().ThrowAsync<SigningServiceException>()).Which;

    public static Task AnswerAsync(HttpContext context, int status, string body = "", params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        return body.Length is 0 ? Task.CompletedTask : context.Response.WriteAsync(body);
    }
}
