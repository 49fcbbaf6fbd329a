"""What a student does, through the front door."""

from django.urls import reverse

from practice.models import Item, Knowledge


def start(client, **chosen):
    made = client.post(reverse("practice:start"), chosen)
    return Item.objects.get(pk=made.url.split("/")[-2])


def give(client, item, answer):
    return client.post(reverse("practice:answer", args=[item.pk]), {"answer": answer}, follow=True)


def wrong(item):
    return "1234567"


def known(skill):
    return Knowledge.objects.get(skill=skill).known
