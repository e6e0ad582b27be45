import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireBinary } from '#test/support/servers/private-folder.ts';
import { freePort } from '#test/support/servers/server-process.ts';

/** A project as `django-admin startproject` makes it, in one file, with a view that waits for a file. */
const PROJECT = `
import json, os, sys, time
from django.conf import settings
HERE = os.path.dirname(os.path.abspath(__file__))
settings.configure(
    DEBUG=False, SECRET_KEY='x' * 50, ALLOWED_HOSTS=['*'], ROOT_URLCONF='project', USE_TZ=True,
    INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth', 'django.contrib.sessions'],
    MIDDLEWARE=['django.contrib.sessions.middleware.SessionMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware'],
    DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': os.path.join(HERE, 'db.sqlite3'), 'OPTIONS': {'timeout': 20}}},
    DEFAULT_AUTO_FIELD='django.db.models.BigAutoField',
    PASSWORD_HASHERS=['django.contrib.auth.hashers.MD5PasswordHasher'],
)
import django
django.setup()
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.urls import path

def sign_in(request):
    user = authenticate(request, username=request.POST['name'], password=request.POST['password'])
    if user is None:
        return HttpResponse('no', status=403)
    login(request, user)
    return HttpResponse('ok')

def me(request):
    return HttpResponse(request.user.get_username() or 'anonymous')

def sign_out(request):
    logout(request)
    return HttpResponse('ok')

def slow(request):
    name = request.user.get_username()
    open(os.path.join(HERE, 'waiting'), 'w').close()
    while not os.path.exists(os.path.join(HERE, 'go')):
        time.sleep(0.02)
    request.session['touched'] = name
    return HttpResponse(name)

def password(request):
    request.user.set_password(request.POST['password'])
    request.user.save()
    update_session_auth_hash(request, request.user)
    return HttpResponse('ok')

urlpatterns = [path('login', sign_in), path('me', me), path('logout', sign_out), path('slow', slow), path('password', password)]

if __name__ == '__main__':
    sys.modules['project'] = sys.modules['__main__']
    from django.core.management import call_command
    if sys.argv[1] == 'prepare':
        call_command('migrate', verbosity=0)
        editors = Group.objects.create(name='Redaktion ü')
        for name in ['anna', 'jörg']:
            user = User.objects.create_user(name, name + '@example.org', 'pw-' + name)
            user.groups.add(editors)
    else:
        call_command('runserver', '127.0.0.1:' + sys.argv[2], use_reloader=False, verbosity=0)
`;

export interface DjangoApplication {
  readonly origin: string;
  readonly database: string;
  readonly folder: string;
  dispose(): Promise<void>;
}

/** Starts Debian's Django with its own development server on SQLite. */
export async function startDjango(): Promise<DjangoApplication> {
  requireBinary(['/usr/lib/python3/dist-packages/django/__init__.py'], 'python3-django');
  const folder = mkdtempSync(join(tmpdir(), 'wf-django-'));
  const file = join(folder, 'project.py');
  writeFileSync(file, PROJECT);
  const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' };
  execFileSync('/usr/bin/python3', [file, 'prepare'], { cwd: folder, env });
  const port = await freePort();
  const server = spawn('/usr/bin/python3', [file, 'serve', String(port)], {
    cwd: folder,
    env,
    stdio: 'ignore',
  });
  const kill = (): void => void server.kill('SIGKILL');
  process.once('exit', kill);
  const origin = `http://127.0.0.1:${String(port)}`;
  const dispose = async (): Promise<void> => {
    process.off('exit', kill);
    const gone = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode === null) {
      kill();
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fetch(`${origin}/me`);
      break;
    } catch (error) {
      if (attempt > 400 || server.exitCode !== null) {
        await dispose();
        throw new Error('Django did not start', { cause: error });
      }
      await sleep(50);
    }
  }
  return { origin, database: join(folder, 'db.sqlite3'), folder, dispose };
}
